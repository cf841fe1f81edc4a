import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSandbox, type Sandbox } from "../src/runner/sandbox/sandbox.ts";
import type { Latency } from "./messages.ts";
import { percentile } from "./statistics.ts";

export interface SandboxResults {
  readonly limitedBy: string;
  /** From asking for a program to the first byte it prints, one after the other. */
  readonly start: Latency;
  /** The same until everything in the sandbox is dead and cleaned up. */
  readonly whole: Latency;
  /** The same program started without a sandbox, to its first byte. */
  readonly bareStart: Latency;
}

const warmUpRuns = 5;
const program = ["/bin/echo", "started"] as const;

/** How long a program in the sandbox takes to begin. Undefined, with a line that says why, where the sandbox does not hold. */
export async function measureSandbox({ runs }: { readonly runs: number }): Promise<SandboxResults | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "guildhall-bench-sandbox-"));
  try {
    await chmod(folder, 0o711);
    const sandbox = await openSandbox({ folder: join(folder, "sandbox") });
    if (sandbox.limitedBy === undefined) {
      process.stderr.write(`no sandbox here: ${await sandbox.check()}\n`);
      return undefined;
    }
    const workspaceFolder = join(folder, "workspace");
    await sandbox.prepareWorkspace(workspaceFolder);
    for (let run = 0; run < warmUpRuns; run++) await runOnce(sandbox, workspaceFolder);
    const [starts, wholes, bareStarts]: [number[], number[], number[]] = [[], [], []];
    for (let run = 0; run < runs; run++) {
      const { startMs, wholeMs } = await runOnce(sandbox, workspaceFolder);
      starts.push(startMs);
      wholes.push(wholeMs);
      bareStarts.push(await bareOnce());
    }
    const limitedBy = sandbox.limitedBy;
    return { limitedBy, start: latency(starts), whole: latency(wholes), bareStart: latency(bareStarts) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runOnce(sandbox: Sandbox, workspaceFolder: string): Promise<{ startMs: number; wholeMs: number }> {
  const askedMs = performance.now();
  let startMs = Number.NaN;
  const onOutput = (): void => {
    startMs = performance.now() - askedMs;
  };
  await sandbox.run({ argv: program, workspaceFolder, onOutput });
  return { startMs, wholeMs: performance.now() - askedMs };
}

async function bareOnce(): Promise<number> {
  const askedMs = performance.now();
  const [name, ...args] = program;
  const child = spawn(name, args, { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "close");
  await once(child.stdout, "data");
  const startMs = performance.now() - askedMs;
  await ended;
  return startMs;
}

function latency(values: readonly number[]): Latency {
  const sorted = values.toSorted((a, b) => a - b);
  return { p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) };
}
