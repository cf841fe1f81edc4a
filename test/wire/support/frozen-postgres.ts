import { readFile } from "node:fs/promises";

/**
 * Stops a PostgreSQL in its tracks, as a stalled disk or a suspended machine would: connections stay open, nothing is
 * answered. Returns what lets it go on.
 */
export async function freeze(postmaster: number): Promise<() => void> {
  // The parent first, so that it starts no new process behind our back.
  process.kill(postmaster, "SIGSTOP");
  const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, "utf8");
  const pids = [postmaster, ...children.trim().split(" ").filter(Boolean).map(Number)];
  signalAll(pids, "SIGSTOP");
  return () => signalAll(pids, "SIGCONT");
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended meanwhile.
    }
  }
}
