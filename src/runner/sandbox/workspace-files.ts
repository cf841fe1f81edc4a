import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { mkdir, unlink } from "node:fs/promises";
import { below, type Folder, look, namesIn, openFile, openFolder, openRoot } from "./descriptors.ts";
import { errorCode } from "./errors.ts";

/**
 * Reading and writing single files of a workspace from outside of the sandbox. The workspace is a stranger's, who may
 * have put links there that lead to our own files: none is ever followed, so nothing outside can be reached.
 */

/** That path cannot be read or written. The message is made to be shown to whoever asked. */
export class WorkspaceFileRefused extends Error {
  override readonly name = "WorkspaceFileRefused";
}

/** What a folder of a workspace shows. */
export interface WorkspaceEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "other";
  readonly sizeBytes: number;
}

const partsMax = 64;

/** At most `bytesMax` of a file from its beginning, and how long it is. */
export async function readWorkspaceFile(
  workspaceFolder: string,
  path: string,
  bytesMax: number,
): Promise<{ content: Buffer; sizeBytes: number }> {
  return inFolderOf(workspaceFolder, path, "leave", async (folder, name) => {
    const file = await openFile(folder, name);
    try {
      const { size } = await plain(file, path);
      const content = Buffer.alloc(Math.min(size, bytesMax));
      let length = 0;
      while (length < content.length) {
        const { bytesRead } = await file.read(content, length, content.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return { content: content.subarray(0, length), sizeBytes: size };
    } finally {
      await file.close();
    }
  });
}

/** Writes a whole file, and makes the folders above it. It belongs to whoever the workspace belongs to. */
export async function writeWorkspaceFile(
  workspaceFolder: string,
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  await inFolderOf(workspaceFolder, path, "make", async (folder, name) => {
    // Made anew under its name: the old file may have other names, or be open in a program.
    const old = await look(folder, name).catch(unless("ENOENT"));
    if (old !== undefined) await unlink(below(folder, name));
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    const file = await openFile(folder, name, flags, 0o644);
    try {
      const owner = await folder.stat();
      await file.chown(owner.uid, owner.gid);
      await file.chmod(old?.isFile() ? Number(old.mode & 0o777n) : 0o644);
      await file.writeFile(content);
    } finally {
      await file.close();
    }
  });
}

/** What a folder holds, by name; "" is the workspace itself. At most `entriesMax`, and whether that is all. */
export async function listWorkspaceFolder(
  workspaceFolder: string,
  path: string,
  entriesMax: number,
): Promise<{ entries: WorkspaceEntry[]; isComplete: boolean }> {
  return inFolderOf(workspaceFolder, path === "" || path === "." ? "x" : `${path}/x`, "leave", async (folder) => {
    const entries: WorkspaceEntry[] = [];
    let isComplete = true;
    for await (const name of namesIn(folder)) {
      if (entries.length === entriesMax) {
        isComplete = false;
        break;
      }
      const stats = await look(folder, name).catch(() => undefined);
      if (stats === undefined) continue;
      const kind = stats.isDirectory() ? "folder" : stats.isFile() ? "file" : "other";
      entries.push({ name: name.toString("utf8"), kind, sizeBytes: kind === "file" ? Number(stats.size) : 0 });
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    return { entries, isComplete };
  });
}

/** Opens the folder a path ends in, name by name, and does something with its last name. */
async function inFolderOf<Result>(
  workspaceFolder: string,
  path: string,
  missingFolders: "make" | "leave",
  work: (folder: Folder, name: Buffer) => Promise<Result>,
): Promise<Result> {
  const parts = partsOf(path);
  const last = Buffer.from(parts.pop() ?? "");
  let folder = await openRoot(workspaceFolder);
  try {
    for (const part of parts) {
      const next = await stepInto(folder, Buffer.from(part), missingFolders);
      await folder.close();
      folder = next;
    }
    return await work(folder, last);
  } catch (error) {
    throw explain(error, path);
  } finally {
    await folder.close();
  }
}

async function stepInto(folder: Folder, name: Buffer, missingFolders: "make" | "leave"): Promise<Folder> {
  try {
    return await openFolder(folder, name);
  } catch (error) {
    if (missingFolders === "leave" || errorCode(error) !== "ENOENT") throw error;
    await mkdir(below(folder, name), { mode: 0o755 }).catch(unless("EEXIST"));
    const made = await openFolder(folder, name);
    const owner = await folder.stat();
    await made.chown(owner.uid, owner.gid);
    return made;
  }
}

/** Paths below the workspace; the sandbox's own name for it may stand in front. */
function partsOf(path: string): string[] {
  const parts = path
    .replace(/^\/workspace(\/|$)/, "")
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  if (path.includes("\0") || parts.includes("..") || (path.startsWith("/") && !/^\/workspace(\/|$)/.test(path))) {
    throw new WorkspaceFileRefused(`${path} is not in the workspace.`);
  }
  if (parts.length === 0 || parts.length > partsMax) throw new WorkspaceFileRefused(`${path} is not a file's path.`);
  return parts;
}

async function plain(file: FileHandle, path: string) {
  const stats = await file.stat();
  if (!stats.isFile()) throw new WorkspaceFileRefused(`${path} is not a file.`);
  return stats;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "leads through something that is no folder, or a link",
  ELOOP: "is a link, and links are not followed",
  EISDIR: "is a folder",
  EACCES: "may not be read or written",
  EPERM: "may not be read or written",
  ENAMETOOLONG: "is too long",
  ENXIO: "is not a file",
};

function explain(error: unknown, path: string): unknown {
  const reason = reasons[errorCode(error) ?? ""];
  return reason === undefined ? error : new WorkspaceFileRefused(`${path} ${reason}.`);
}

function unless(code: string): (error: unknown) => undefined {
  return (error) => {
    if (errorCode(error) !== code) throw error;
    return undefined;
  };
}
