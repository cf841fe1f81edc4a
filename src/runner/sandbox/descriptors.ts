import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, lstat, open, opendir } from "node:fs/promises";

/**
 * Files below a folder that somebody else may be changing at this very moment. A path is only ever one name below an
 * open folder (/proc/self/fd/N/name, which is what `openat` does), and links are never followed: so there is no moment
 * at which a folder on the way can be exchanged for a link that leads elsewhere.
 */
export type Folder = FileHandle;

const openFolderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Without O_NONBLOCK a pipe in the place of a file would keep us waiting for a writer. */
const openFileFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The folder everything else is below. Its own path is ours and trusted, but for its last name. */
export function openRoot(path: string): Promise<Folder> {
  return open(path, openFolderFlags);
}

/** Fails with ENOTDIR or ELOOP if that is anything but a folder. */
export function openFolder(parent: Folder, name: Buffer): Promise<Folder> {
  return open(below(parent, name), openFolderFlags);
}

/** For reading. Fails with ELOOP for a link; what was opened may still be a device or a pipe: look at its `stat`. */
export function openFile(parent: Folder, name: Buffer, flags = openFileFlags, mode?: number): Promise<FileHandle> {
  return open(below(parent, name), flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, mode);
}

/** What stands there; of a link the link itself. */
export function look(parent: Folder, name: Buffer): Promise<BigIntStats> {
  return lstat(below(parent, name), { bigint: true });
}

/** The names in a folder, as the bytes they are: they need not be text. */
export async function* namesIn(folder: Folder): AsyncGenerator<Buffer> {
  // @types/node knows only strings here; asked for buffers, the names are buffers.
  const entries = await opendir(`/proc/self/fd/${folder.fd}`, {
    encoding: "buffer" as BufferEncoding,
    bufferSize: 128,
  });
  for await (const entry of entries) yield entry.name as unknown as Buffer;
}

/** The path to a name below an open folder, for the file calls that take only paths and do not follow a last link. */
export function below(parent: Folder, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${parent.fd}/`), name]);
}
