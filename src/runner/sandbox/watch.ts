import { stat, statfs } from "node:fs/promises";
import { inside } from "./arguments.ts";
import type { ControlGroup } from "./cgroups.ts";
import { diskUse, freeSpace, namelessBytes } from "./disk.ts";
import type { EndedBy, Limits } from "./limits.ts";
import { fairMemoryBytes, machineMemory, processTree, usesOf } from "./processes.ts";

/** One run as its watchers see it. */
export interface Watched {
  /** The first process of the sandbox, as the machine numbers it. */
  readonly pid: number;
  readonly group: ControlGroup | undefined;
  readonly workspaceFolder: string;
  readonly limits: Limits;
}

export interface Watch {
  /** The last figures; with a control group, exact ones as long as that exists. */
  use(): Promise<{ cpuMs: number; memoryPeakBytes: number }>;
  /** A last look at the limits, for runs that ended by themselves between two looks. */
  lastLook(): Promise<EndedBy | undefined>;
  /** No look is under way when this is fulfilled. */
  stop(): Promise<void>;
}

/** How long between two looks. Without control groups memory depends on it, so it is looked at more often. */
const lookEveryMs = { group: 100, processes: 40 };
/** The workspace is looked at not so often that looking takes more than a tenth of the time. */
const diskShare = 10;
const diskEveryMs = 300;
/** Whatever a run may use: the machine and its disk keep this much, or the run ends. */
const keptFreeDiskBytes = 512 * 1024 ** 2;
const keptFreeMemoryShare = 0.04;

/**
 * Looks at a run again and again, and calls `onExceeded` once with the first limit that it finds exceeded.
 * `onFailure` is called instead when looking itself fails.
 */
export function watch(run: Watched, onExceeded: (by: EndedBy) => void, onFailure: (error: unknown) => void): Watch {
  const uses = run.group ? groupLook(run.group, run.limits) : processesLook(run);
  const disk = diskLook(run);
  let stopped = false;
  let wake = (): void => {};
  const look = async (): Promise<EndedBy | undefined> => (await uses.look()) ?? (await disk());
  const looking = (async () => {
    while (!stopped) {
      const exceeded = await look();
      if (exceeded !== undefined && !stopped) return onExceeded(exceeded);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, run.group ? lookEveryMs.group : lookEveryMs.processes);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })().catch((error: unknown) => {
    if (!stopped) onFailure(error);
  });
  return {
    use: uses.figures,
    lastLook: async () => (run.group ? uses.look() : undefined),
    stop: () => {
      stopped = true;
      wake();
      return looking;
    },
  };
}

interface UseLook {
  look(): Promise<EndedBy | undefined>;
  figures(): Promise<{ cpuMs: number; memoryPeakBytes: number }>;
}

function groupLook(group: ControlGroup, limits: Limits): UseLook {
  const figures = async () => ({ cpuMs: await group.cpuMs(), memoryPeakBytes: await group.memoryPeakBytes() });
  return {
    figures,
    look: async () => {
      if ((await group.memoryKills()) > 0) return "memory";
      return (await group.cpuMs()) > limits.cpuMs ? "cpu" : undefined;
    },
  };
}

function processesLook({ pid, limits }: Watched): UseLook {
  const last = { cpuMs: 0, memoryPeakBytes: 0 };
  return {
    figures: async () => last,
    look: async () => {
      const uses = await usesOf(await processTree(pid));
      const cpuMs = uses.reduce((sum, use) => sum + use.cpuMs, 0);
      const inFiles = await memoryOfFiles(pid);
      let memoryBytes = inFiles + uses.reduce((sum, use) => sum + use.memoryBytes, 0);
      // The sum counts shared pages several times, but it is quick: look closer only when it is too much.
      if (memoryBytes > limits.memoryBytes) memoryBytes = inFiles + (await fairMemoryBytes(uses));
      last.cpuMs = Math.max(last.cpuMs, cpuMs);
      last.memoryPeakBytes = Math.max(last.memoryPeakBytes, memoryBytes);
      if (memoryBytes > limits.memoryBytes) return "memory";
      if (cpuMs > limits.cpuMs) return "cpu";
      const { availableBytes, totalBytes } = await machineMemory();
      return availableBytes < totalBytes * keptFreeMemoryShare ? "memory" : undefined;
    },
  };
}

/** What the run keeps in the file systems that live in memory. */
async function memoryOfFiles(pid: number): Promise<number> {
  const uses = inside.inMemory.map(async (path) => {
    const { blocks, bfree, bsize } = await statfs(`/proc/${pid}/root${path}`);
    return (blocks - bfree) * bsize;
  });
  // Their first process has just ended, or we may not look into it; their sizes bound them in any case.
  const bytes = await Promise.all(uses).catch(() => []);
  return bytes.reduce((sum, each) => sum + each, 0);
}

/**
 * The disk limit is kept by looking, not by the kernel: quotas need a file system that has them. A look at the whole
 * workspace is dear, a look at what the disk has free is cheap; the second says when the first is due early.
 */
function diskLook({ pid, workspaceFolder, limits }: Watched): () => Promise<EndedBy | undefined> {
  let freeAtStart: number | undefined;
  let last = { bytes: 0, files: 0 };
  let remaining = { bytes: limits.diskBytes, files: limits.files };
  let nextAtMs = 0;
  return async () => {
    const free = await freeSpace(workspaceFolder);
    freeAtStart ??= free.bytes;
    if (free.bytes < keptFreeDiskBytes) return "disk";
    const isFilling = last.bytes - free.bytes >= remaining.bytes / 2 || last.files - free.files >= remaining.files / 2;
    if (performance.now() < nextAtMs && !isFilling) return undefined;
    const startedMs = performance.now();
    const use = await diskUse(workspaceFolder, limits.files);
    const gone = freeAtStart - free.bytes;
    let bytes = use.bytes;
    if (gone > limits.diskBytes / 2 && bytes < limits.diskBytes) {
      bytes += await namelessBytes(await processTree(pid), (await stat(workspaceFolder)).dev);
    }
    // Reached is exceeded: a file that would have become larger than this was stopped right there.
    if (bytes >= limits.diskBytes || use.files > limits.files) return "disk";
    // What cannot be looked at is taken for the cause when more of the disk is gone than the run may use.
    if (use.hidden && gone > limits.diskBytes) return "disk";
    last = free;
    remaining = { bytes: limits.diskBytes - bytes, files: limits.files - use.files };
    nextAtMs = performance.now() + Math.max(diskEveryMs, (performance.now() - startedMs) * diskShare);
    return undefined;
  };
}
