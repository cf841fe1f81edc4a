import { chmod, chown, mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { bubblewrapOptions, forwardedCommand, limitedCommand } from "./arguments.ts";
import { SandboxFailed, SandboxRefused } from "./errors.ts";
import { findGround, type Ground, type SandboxOptions } from "./ground.ts";
import { completeLimits } from "./limits.ts";
import { probe } from "./probe.ts";
import { openProxy, proxySocket } from "./proxy.ts";
import { type RunCommand, type RunResult, runToEnd } from "./run-to-end.ts";
import type { SandboxCommand } from "./sandbox-command.ts";
import { launch, type SandboxedProcess } from "./sandboxed-process.ts";

/** Runs programs that nobody trusts. docs/sandbox.md says what it promises. */
export interface Sandbox {
  /** Looks at the machine and runs a probe: null if the sandbox holds here, else the reason why it does not. */
  check(): Promise<string | null>;
  /** What the newest check found. */
  readonly refusal: string | null;
  /** How memory, processes and processor time are limited here; undefined while the sandbox is refused. */
  readonly limitedBy: "control groups" | "watching" | undefined;
  /** Makes a folder into a workspace, or makes sure that one still is. The folder above it must exist. */
  prepareWorkspace(folder: string): Promise<void>;
  /** Removes a workspace with all it holds, also what is closed or nested deeper than any path can be long. */
  removeWorkspace(folder: string): Promise<void>;
  /** Starts a program and leaves speaking with it to the caller. Throws `SandboxRefused` where the sandbox does not hold. */
  start(command: SandboxCommand): Promise<SandboxedProcess>;
  /** Runs a program to its end. Throws `SandboxRefused` or `SandboxFailed`, never because of what the program does. */
  run(command: RunCommand): Promise<RunResult>;
}

/** Removing must not fail for what made removing necessary. */
const removalLimits = { diskBytes: Number.MAX_SAFE_INTEGER, files: Number.MAX_SAFE_INTEGER };

/** Opens the sandbox. Where it does not hold it opens too, and refuses every run with the reason. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const sandbox = new BubblewrapSandbox(options);
  await sandbox.check();
  return sandbox;
}

class BubblewrapSandbox implements Sandbox {
  readonly #options: SandboxOptions;
  #ground: Ground | undefined;
  #refusal: string | null = "The sandbox has not been checked.";

  constructor(options: SandboxOptions) {
    this.#options = options;
  }

  async check(): Promise<string | null> {
    try {
      const ground = await findGround(this.#options);
      const workspaceFolder = join(this.#options.folder, "probe");
      await prepareWorkspace(ground, workspaceFolder);
      await probe((command) => runToEnd(command, (each) => start(ground, each)), workspaceFolder);
      this.#ground = ground;
      this.#refusal = null;
    } catch (error) {
      this.#ground = undefined;
      this.#refusal = (error as Error).message;
    }
    return this.#refusal;
  }

  get refusal(): string | null {
    return this.#refusal;
  }

  get limitedBy(): "control groups" | "watching" | undefined {
    if (this.#ground === undefined) return undefined;
    return this.#ground.groups === undefined ? "watching" : "control groups";
  }

  prepareWorkspace(folder: string): Promise<void> {
    return prepareWorkspace(this.#groundOrRefuse(), folder);
  }

  async removeWorkspace(folder: string): Promise<void> {
    const argv = ["/bin/sh", "-c", "chmod -R u+rwx . && find . -mindepth 1 -delete"];
    const { endedBy, stderr } = await this.run({ argv, workspaceFolder: folder, limits: removalLimits });
    await rmdir(folder).catch((error: Error) => {
      throw new SandboxFailed(`${error.message} (${endedBy}) ${stderr}`, { cause: error });
    });
  }

  async start(command: SandboxCommand): Promise<SandboxedProcess> {
    return start(this.#groundOrRefuse(), command);
  }

  run(command: RunCommand): Promise<RunResult> {
    return runToEnd(command, (each) => this.start(each));
  }

  #groundOrRefuse(): Ground {
    if (this.#ground === undefined) throw new SandboxRefused(this.#refusal ?? "The sandbox is not open.");
    return this.#ground;
  }
}

async function prepareWorkspace({ identity }: Ground, folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await chmod(folder, 0o700);
  if (identity !== undefined) await chown(folder, identity.uid, identity.gid);
}

async function start(ground: Ground, command: SandboxCommand): Promise<SandboxedProcess> {
  if (command.argv.length === 0) throw new TypeError("A program to run is needed.");
  if (command.network !== undefined && !ground.hasNode) {
    throw new SandboxRefused("A run with network needs the server's own Node inside, which its user may not read.");
  }
  const limits = completeLimits(command.limits);
  const proxy = command.network && (await openProxy(command.network, ground.identity));
  const group = await ground.groups?.create(limits);
  const cleanUp = async (): Promise<void> => {
    await proxy?.close();
    await group?.remove();
  };
  try {
    const run = {
      workspaceFolder: command.workspaceFolder,
      environment: command.environment ?? {},
      temporaryBytes: limits.temporaryBytes,
      proxyFolder: proxy?.folder,
    };
    return launch({
      ...{ bubblewrap: ground.bubblewrap, identity: ground.identity, filter: ground.filter, stdio: ground.stdio },
      options: bubblewrapOptions(ground.shown, run),
      command: [
        ...limitedCommand(ground.prlimit, limits, ground.ceilings, ground.groups === undefined),
        ...(proxy === undefined ? [] : forwardedCommand(proxySocket)),
        ...command.argv,
      ],
      ...{ workspaceFolder: command.workspaceFolder, limits, group, cleanUp, signal: command.signal },
    });
  } catch (error) {
    await cleanUp();
    if (error instanceof TypeError) throw error;
    throw new SandboxFailed(`The program could not be started: ${(error as Error).message}`, { cause: error });
  }
}
