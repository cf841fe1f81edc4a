import { readdir, stat, statfs } from "node:fs/promises";
import { type Folder, look, namesIn, openFolder, openRoot } from "./descriptors.ts";
import { errorCode } from "./errors.ts";

/** What a workspace holds. */
export interface DiskUse {
  readonly bytes: number;
  readonly files: number;
  /** Some of it could not be looked at: closed folders, or folders nested beyond all sense. */
  readonly hidden: boolean;
}

interface Count {
  bytes: number;
  files: number;
  hidden: boolean;
  /** Files with several names, so that each is counted once. */
  readonly linked: Set<bigint>;
}

const blockBytes = 512;
const depthMax = 128;
const descriptorsMax = 4_096;

/** Counts what a folder holds, up to `filesMax` entries, also while programs are changing it. */
export async function diskUse(path: string, filesMax: number): Promise<DiskUse> {
  const count: Count = { bytes: 0, files: 0, hidden: false, linked: new Set() };
  const root = await openRoot(path);
  try {
    await addFolder(root, count, filesMax, 0);
  } finally {
    await root.close();
  }
  return count;
}

async function addFolder(folder: Folder, count: Count, filesMax: number, depth: number): Promise<void> {
  for await (const name of namesIn(folder)) {
    count.files++;
    if (count.files > filesMax) return;
    try {
      const stats = await look(folder, name);
      const known = stats.nlink > 1n && !stats.isDirectory() && count.linked.has(stats.ino);
      if (stats.nlink > 1n && !stats.isDirectory()) count.linked.add(stats.ino);
      if (!known) count.bytes += Number(stats.blocks) * blockBytes;
      if (!stats.isDirectory()) continue;
      if (depth === depthMax) count.hidden = true;
      else await addSubfolder(folder, name, count, filesMax, depth + 1);
    } catch (error) {
      // Removed or exchanged while we looked; the next look sees what is there then.
      if (!["ENOENT", "ENOTDIR", "ELOOP"].includes(errorCode(error) ?? "")) count.hidden = true;
    }
  }
}

async function addSubfolder(
  parent: Folder,
  name: Buffer,
  count: Count,
  filesMax: number,
  depth: number,
): Promise<void> {
  const folder = await openFolder(parent, name);
  try {
    await addFolder(folder, count, filesMax, depth);
  } finally {
    await folder.close();
  }
}

/** Files of that disk which these processes hold open but which have no name any more. */
export async function namelessBytes(pids: readonly number[], device: number): Promise<number> {
  const seen = new Set<number>();
  let [bytes, looked] = [0, 0];
  for (const pid of pids) {
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      if (++looked > descriptorsMax) return bytes;
      const stats = await stat(`/proc/${pid}/fd/${descriptor}`).catch(() => undefined);
      if (stats === undefined || stats.nlink !== 0 || stats.dev !== device || seen.has(stats.ino)) continue;
      seen.add(stats.ino);
      bytes += stats.blocks * blockBytes;
    }
  }
  return bytes;
}

/** What the disk under that folder has free for us. Some file systems do not count files: then there are none. */
export async function freeSpace(path: string): Promise<{ bytes: number; files: number }> {
  const { bavail, bsize, ffree } = await statfs(path);
  return { bytes: bavail * bsize, files: ffree };
}
