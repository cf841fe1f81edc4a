import { openAsBlob } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import type { WorkApi } from "./api.ts";
import { fieldsOf } from "./offer.ts";

/** A file that a program left in its folder. */
export interface LeftFile {
  /** Relative to the folder, with slashes. */
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
}

const maxFiles = 100;
const maxFileBytes = 100 * 1_048_576;
const maxTotalBytes = 500 * 1_048_576;
const maxDepth = 32;
const uploadTimeoutMs = 600_000;

/** What a program left cannot be handed in. */
class UnfitFiles extends Error {
  override readonly name = "UnfitFiles";
}

/** Every regular file below the folder, by name. Links are not followed, whatever they point to. Throws `UnfitFiles`. */
export async function findLeftFiles(folder: string): Promise<LeftFile[]> {
  const found: LeftFile[] = [];
  let totalBytes = 0;
  const pending = [{ path: folder, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path: inside, depth } = next;
    for (const entry of await readdir(inside, { withFileTypes: true })) {
      const path = join(inside, entry.name);
      if (entry.isDirectory()) {
        if (depth === maxDepth) throw new UnfitFiles(`The program left folders more than ${maxDepth} deep.`);
        pending.push({ path, depth: depth + 1 });
      }
      if (!entry.isFile()) continue;
      const { size } = await lstat(path);
      if (size > maxFileBytes) throw new UnfitFiles("The program left a file larger than 100 MiB.");
      totalBytes += size;
      found.push({ name: relative(folder, path).split(sep).join("/"), path, sizeBytes: size });
      if (found.length > maxFiles) throw new UnfitFiles(`The program left more than ${maxFiles} files.`);
      if (totalBytes > maxTotalBytes) throw new UnfitFiles("The program left more than 500 MiB of files.");
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Uploads files one after the other, streamed from disk; returns their ids in order. */
export async function uploadFiles(api: WorkApi, files: readonly LeftFile[], signal: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  for (const file of files) {
    const form = new FormData();
    form.append("file", await openAsBlob(file.path), file.name || basename(file.path));
    const { body } = await api.upload("/v1/files", form, { signal, timeoutMs: uploadTimeoutMs });
    const { id } = fieldsOf(fieldsOf(body).file);
    if (typeof id !== "string") throw new Error("The server's answer to an upload names no file.");
    ids.push(id);
  }
  return ids;
}
