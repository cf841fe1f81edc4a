import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Runs a program of this machine to its end; rejects unless it ends well within the time. */
export async function run(
  program: string,
  args: readonly string[],
  options: { timeoutMs?: number } = {},
): Promise<void> {
  await promisify(execFile)(program, args, { timeout: options.timeoutMs ?? 10_000, killSignal: "SIGKILL" });
}
