import { isUtf8 } from "node:buffer";
import {
  listWorkspaceFolder,
  readWorkspaceFile,
  WorkspaceFileRefused,
  writeWorkspaceFile,
} from "../sandbox/workspace-files.ts";
import { readableText, strangerText } from "../stranger-text.ts";
import type { ToolInput } from "./tool-inputs.ts";
import type { Place, ToolOutcome } from "./tool-outcome.ts";

const MiB = 1024 ** 2;
const readBytesMax = MiB;
const shownLengthMax = 24_000;
const linesShown = 400;
const entriesMax = 500;

export async function listFiles(
  { runId, folder }: Place,
  { path = "" }: ToolInput<"list_files">,
): Promise<ToolOutcome> {
  const { entries, isComplete } = await listWorkspaceFolder(folder, path, entriesMax);
  if (entries.length === 0) return { text: "The folder is empty.", failed: false };
  const lines = entries.map(({ name, kind, sizeBytes }) => {
    if (kind === "folder") return `${name}/`;
    return kind === "file" ? `${name} (${sizeBytes} bytes)` : `${name} (a link or the like)`;
  });
  const more = isComplete ? "" : `\nThese are ${entriesMax} of more.`;
  return { text: `${strangerText(runId, lines.join("\n"), shownLengthMax)}${more}`, failed: false };
}

export async function readFile({ runId, folder }: Place, input: ToolInput<"read_file">): Promise<ToolOutcome> {
  const { start_line: start = 1, line_count: count = linesShown } = input;
  const { content, sizeBytes } = await readWorkspaceFile(folder, input.path, readBytesMax);
  const isWhole = content.length === sizeBytes;
  if (isBinary(content, isWhole)) return { text: `This file is not text. It has ${sizeBytes} bytes.`, failed: true };
  if (sizeBytes === 0) return { text: "The file is empty.", failed: false };
  const lines = content.toString("utf8").replace(/\n$/, "").split("\n");
  const shown = lines.slice(start - 1, start - 1 + count);
  if (shown.length === 0) return { text: `The file has only ${lines.length} lines.`, failed: true };
  const of = isWhole ? `of ${lines.length}` : `of the first MiB; the file has ${sizeBytes} bytes`;
  const title = `Lines ${start} to ${start + shown.length - 1} ${of}:`;
  return { text: `${title}\n${strangerText(runId, shown.join("\n"), shownLengthMax)}`, failed: false };
}

export async function writeFile({ folder }: Place, input: ToolInput<"write_file">): Promise<ToolOutcome> {
  await writeWorkspaceFile(folder, input.path, input.content);
  return { text: `Written: ${Buffer.byteLength(input.content)} bytes.`, failed: false };
}

export async function editFile({ folder }: Place, input: ToolInput<"edit_file">): Promise<ToolOutcome> {
  const { path, old_text: old, new_text: replacement, replace_all: replaceAll = false } = input;
  const { content, sizeBytes } = await readWorkspaceFile(folder, path, readBytesMax);
  if (content.length < sizeBytes) throw new WorkspaceFileRefused("The file is too large to be edited (1 MiB at most).");
  if (isBinary(content, true)) throw new WorkspaceFileRefused("The file is not text.");
  const pieces = content.toString("utf8").split(old);
  const count = pieces.length - 1;
  if (count === 0) throw new WorkspaceFileRefused("old_text does not occur in the file. Read it again.");
  if (count > 1 && !replaceAll) {
    throw new WorkspaceFileRefused(`old_text occurs ${count} times. Give more of the text around it, or replace_all.`);
  }
  const changed = pieces.join(replacement);
  if (Buffer.byteLength(changed) > readBytesMax) throw new WorkspaceFileRefused("The file would become too large.");
  await writeWorkspaceFile(folder, path, changed);
  return { text: count === 1 ? "Replaced once." : `Replaced ${count} times.`, failed: false };
}

/** The last character of a file that was read in part may be cut in two. */
function isBinary(content: Buffer, isWhole: boolean): boolean {
  if (content.includes(0)) return true;
  if (isWhole) return !isUtf8(content);
  const cuts = [0, 1, 2, 3].map((bytes) => content.subarray(0, content.length - bytes));
  return !cuts.some((cut) => isUtf8(cut));
}

/** What a refused file call tells the model; other faults are not the model's. */
export function fileRefusal(error: unknown): ToolOutcome {
  if (error instanceof WorkspaceFileRefused) return { text: readableText(error.message), failed: true };
  throw error;
}
