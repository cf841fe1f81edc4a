import { isUtf8 } from "node:buffer";
import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { type Folder, look, namesIn, openFile, openFolder, openRoot } from "./descriptors.ts";

/** What is taken out of a workspace at most. */
export interface ArtifactLimits {
  readonly files: number;
  readonly fileBytes: number;
  readonly totalBytes: number;
  /** Folders within folders. */
  readonly depth: number;
  /** Files and folders by these names are passed over without a word, wherever they stand. */
  readonly passedOver: readonly string[];
}

/** A file of a workspace, open until the next is asked for; or something that is not given out, and why. */
export type Artifact =
  | {
      readonly kind: "file";
      /** Below the workspace, with `/` between folders. Valid text without control characters, no `.` or `..`. */
      readonly name: string;
      readonly sizeBytes: number;
      /** Exactly `sizeBytes` bytes, or an error if the file has become shorter. */
      read(): Readable;
    }
  | { readonly kind: "refused"; readonly name: string; readonly reason: Refusal };

type Refusal = "link" | "not a file" | "several names" | "name" | "too deep" | "too large" | "too many" | "unreadable";

const MiB = 1024 ** 2;
const pieceBytes = 64 * 1024;
const nameCharactersMax = 255;
/** Refusals beyond this many are not listed; a workspace may hold millions of them. */
const refusalsMax = 100;

const defaultArtifactLimits: ArtifactLimits = {
  files: 200,
  fileBytes: 100 * MiB,
  totalBytes: 500 * MiB,
  depth: 32,
  passedOver: ["node_modules", ".git", "__pycache__", ".venv"],
};

/** What would make a name lead elsewhere or read differently from what it is. */
const misleading = /[\p{Cc}\\\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffd]/u;

/** How far the collecting has come. */
interface Progress {
  readonly limits: ArtifactLimits;
  readonly only: readonly string[] | undefined;
  files: number;
  bytes: number;
  refusals: number;
  /** There is one file more than may be taken: nothing after it is looked at. */
  full: boolean;
}

/**
 * The files of a workspace, folder by folder in the order of their names. The workspace is a stranger's: no link is
 * followed, nothing but plain files with one name is opened for reading, and nothing outside can be reached even
 * while the workspace is being changed. `only`: files and folders by the names artifacts have, and what is below them.
 */
export async function* collectArtifacts(
  workspaceFolder: string,
  limits: Partial<ArtifactLimits> = {},
  only?: readonly string[],
): AsyncGenerator<Artifact> {
  const merged = { ...defaultArtifactLimits, ...limits };
  const progress: Progress = { limits: merged, only, files: 0, bytes: 0, refusals: 0, full: false };
  const root = await openRoot(workspaceFolder);
  try {
    yield* fromFolder(root, [], progress);
  } finally {
    await root.close();
  }
}

async function* fromFolder(folder: Folder, above: readonly string[], progress: Progress): AsyncGenerator<Artifact> {
  for (const name of await sortedNames(folder, above, progress)) {
    if (progress.full) return;
    const path = [...above, name.toString("utf8")];
    const kind = await kindOf(folder, name, path);
    if (kind === "folder") yield* fromSubfolder(folder, name, path, progress);
    else if (kind === "file") yield* fromFile(folder, name, path, progress);
    else yield* refused(path, kind, progress);
  }
}

/** No more names are held at once than could still be given out or refused. */
async function sortedNames(
  folder: Folder,
  above: readonly string[],
  { limits, only, files }: Progress,
): Promise<Buffer[]> {
  const names: Buffer[] = [];
  for await (const name of namesIn(folder)) {
    if (limits.passedOver.includes(name.toString("utf8"))) continue;
    if (only !== undefined && !leadsTo([...above, name.toString("utf8")].join("/"), only)) continue;
    names.push(name);
    if (names.length > limits.files - files + refusalsMax) break;
  }
  return names.sort(Buffer.compare);
}

/** Whether that is wanted, below something wanted, or on the way to it. */
function leadsTo(path: string, only: readonly string[]): boolean {
  return only.some((each) => each === path || path.startsWith(`${each}/`) || each.startsWith(`${path}/`));
}

async function kindOf(folder: Folder, name: Buffer, path: readonly string[]): Promise<"file" | "folder" | Refusal> {
  const stats = await look(folder, name).catch(() => undefined);
  if (stats === undefined) return "unreadable";
  if (stats.isSymbolicLink()) return "link";
  const text = path.join("/");
  if (text.length > nameCharactersMax || misleading.test(text) || !isUtf8(name) || /^[a-z]:/i.test(text)) return "name";
  if (stats.isDirectory()) return "folder";
  if (!stats.isFile()) return "not a file";
  return stats.nlink === 1n ? "file" : "several names";
}

async function* fromSubfolder(
  parent: Folder,
  name: Buffer,
  path: readonly string[],
  progress: Progress,
): AsyncGenerator<Artifact> {
  if (path.length > progress.limits.depth) return yield* refused(path, "too deep", progress);
  const folder = await openFolder(parent, name).catch(() => undefined);
  if (folder === undefined) return yield* refused(path, "unreadable", progress);
  try {
    yield* fromFolder(folder, path, progress);
  } finally {
    await folder.close();
  }
}

/** What was looked at may be something else by now: only what has been opened counts. */
async function* fromFile(
  parent: Folder,
  name: Buffer,
  path: readonly string[],
  progress: Progress,
): AsyncGenerator<Artifact> {
  const { limits } = progress;
  progress.full = progress.files >= limits.files;
  if (progress.full) return yield* refused(path, "too many", progress);
  const file = await openFile(parent, name).catch(() => undefined);
  if (file === undefined) return yield* refused(path, "unreadable", progress);
  try {
    const stats = await file.stat();
    if (!stats.isFile() || stats.nlink !== 1) return yield* refused(path, "not a file", progress);
    const isTooLarge = stats.size > limits.fileBytes || progress.bytes + stats.size > limits.totalBytes;
    if (isTooLarge) return yield* refused(path, "too large", progress);
    progress.files++;
    progress.bytes += stats.size;
    yield { kind: "file", name: path.join("/"), sizeBytes: stats.size, read: () => contentOf(file, stats.size) };
  } finally {
    await file.close();
  }
}

function* refused(path: readonly string[], reason: Refusal, progress: Progress): Generator<Artifact> {
  progress.refusals++;
  if (progress.refusals <= refusalsMax) yield { kind: "refused", name: printable(path.join("/")), reason };
}

function printable(name: string): string {
  return name.replaceAll(new RegExp(misleading, "gu"), "?").slice(0, nameCharactersMax);
}

/** So much of the file and no more, whatever is being written to it meanwhile. */
function contentOf(file: FileHandle, sizeBytes: number): Readable {
  return Readable.from(piecesOf(file, sizeBytes), { objectMode: false });
}

async function* piecesOf(file: FileHandle, sizeBytes: number): AsyncGenerator<Buffer> {
  for (let position = 0; position < sizeBytes; ) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, sizeBytes - position));
    const { bytesRead } = await file.read(piece, 0, piece.length, position);
    if (bytesRead === 0) throw new Error("The file has become shorter while it was read.");
    position += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}
