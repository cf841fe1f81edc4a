import { readdir, readFile } from "node:fs/promises";

/** What one process uses, as the machine's /proc shows it. */
export interface ProcessUse {
  readonly pid: number;
  readonly memoryBytes: number;
  readonly cpuMs: number;
}

/** The unit of times in /proc/<pid>/stat; 100 a second on every machine we know the system calls of. */
const tickMs = 10;
const field = { state: 0, userTicks: 11, systemTicks: 12, childUserTicks: 13, childSystemTicks: 14, start: 19 };

/**
 * A process and all that descend from it. Inside a PID namespace nobody can leave the tree of its first process: those
 * whose parents end become its children. Processes that end while we look are left out.
 */
export async function processTree(rootPid: number): Promise<number[]> {
  const pids = [rootPid];
  const seen = new Set(pids);
  for (const pid of pids) {
    for (const thread of await readdir(`/proc/${pid}/task`).catch(() => [])) {
      const children = await readFile(`/proc/${pid}/task/${thread}/children`, "utf8").catch(() => "");
      for (const child of children.split(" ").filter(Boolean).map(Number)) {
        if (!seen.has(child)) pids.push(child);
        seen.add(child);
      }
    }
  }
  return pids;
}

/** What these processes use. Shared memory is counted at each of them. */
export async function usesOf(pids: readonly number[]): Promise<ProcessUse[]> {
  const uses = await Promise.all(pids.map(useOf));
  return uses.filter((use) => use !== undefined);
}

async function useOf(pid: number): Promise<ProcessUse | undefined> {
  const [stat, status] = await Promise.all([statOf(pid), readFile(`/proc/${pid}/status`, "utf8").catch(() => "")]);
  if (stat === undefined) return undefined;
  const ticks = [field.userTicks, field.systemTicks, field.childUserTicks, field.childSystemTicks];
  return {
    pid,
    memoryBytes: kilobytes("VmRSS", status) + kilobytes("VmSwap", status),
    cpuMs: ticks.reduce((sum, index) => sum + Number(stat[index]), 0) * tickMs,
  };
}

/** The memory of these processes with what they share counted once, where the kernel lets us see that. */
export async function fairMemoryBytes(uses: readonly ProcessUse[]): Promise<number> {
  const shares = await Promise.all(
    uses.map(async ({ pid, memoryBytes }) => {
      const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
      return rollup === "" ? memoryBytes : kilobytes("Pss", rollup) + kilobytes("SwapPss", rollup);
    }),
  );
  return shares.reduce((sum, share) => sum + share, 0);
}

/**
 * When that process was started, as the kernel counts: together with its number, this names a process for good.
 * Undefined for one that is gone or only waits to be forgotten.
 */
export async function startOf(pid: number): Promise<string | undefined> {
  const stat = await statOf(pid);
  return stat === undefined || /^[ZX]/.test(stat[field.state] ?? "") ? undefined : stat[field.start];
}

/** The memory the machine can still give, and all that it has. */
export async function machineMemory(): Promise<{ availableBytes: number; totalBytes: number }> {
  const text = await readFile("/proc/meminfo", "utf8");
  return { availableBytes: kilobytes("MemAvailable", text), totalBytes: kilobytes("MemTotal", text) };
}

/** The fields after the program's name, which stands in parentheses and may itself contain some. */
async function statOf(pid: number): Promise<string[] | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

function kilobytes(name: string, text: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1] ?? 0) * 1024;
}
