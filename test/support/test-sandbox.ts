import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunCommand, RunResult } from "../../src/runner/sandbox/run-to-end.ts";
import { openSandbox, type Sandbox } from "../../src/runner/sandbox/sandbox.ts";
import type { SandboxedProcess } from "../../src/runner/sandbox/sandboxed-process.ts";

type Rest = Omit<RunCommand, "argv" | "workspaceFolder">;

/** The real sandbox with a workspace, in a temporary folder. */
export class TestSandbox {
  readonly sandbox: Sandbox;
  /** What the server would keep to itself. */
  readonly folder: string;
  readonly workspace: string;

  private constructor(sandbox: Sandbox, folder: string, workspace: string) {
    this.sandbox = sandbox;
    this.folder = folder;
    this.workspace = workspace;
  }

  /** Undefined where bubblewrap is not installed; anything else that is wrong is a failure. */
  static async open(readOnlyFolders: readonly string[] = []): Promise<TestSandbox | undefined> {
    const folder = await mkdtemp(join(tmpdir(), "guildhall-sandbox-"));
    await chmod(folder, 0o711);
    const sandbox = await openSandbox({ folder: join(folder, "sandbox"), readOnlyFolders });
    const refusal = await sandbox.check();
    if (refusal !== null) {
      await rm(folder, { recursive: true });
      if (!/bwrap is not in/.test(refusal)) throw new Error(refusal);
      return undefined;
    }
    const workspace = join(folder, "workspace");
    await sandbox.prepareWorkspace(workspace);
    return new TestSandbox(sandbox, folder, workspace);
  }

  /** A further workspace. */
  async workspaceNamed(name: string): Promise<string> {
    const workspace = join(this.folder, name);
    await this.sandbox.prepareWorkspace(workspace);
    return workspace;
  }

  shell(script: string, rest: Rest & { workspaceFolder?: string } = {}): Promise<RunResult> {
    return this.sandbox.run({ workspaceFolder: this.workspace, ...rest, argv: ["/bin/sh", "-c", script] });
  }

  node(script: string, rest: Rest = {}): Promise<RunResult> {
    return this.sandbox.run({ workspaceFolder: this.workspace, ...rest, argv: ["node", "-e", script] });
  }

  start(argv: readonly string[]): Promise<SandboxedProcess> {
    return this.sandbox.start({ argv, workspaceFolder: this.workspace });
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Opened once for a test file; says so in one line where the tests are skipped. */
export async function openTestSandbox(readOnlyFolders?: readonly string[]): Promise<TestSandbox | undefined> {
  const opened = await TestSandbox.open(readOnlyFolders);
  if (opened === undefined)
    process.stderr.write("skipped: the sandbox's tests need bubblewrap (bwrap), which is not installed.\n");
  return opened;
}
