import { isRecord } from "./readable.ts";
import type { RunStep } from "./use-run.ts";

/** What a step did to a file. */
export interface FileChange {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** The change that a step made to a file, as far as the steps up to it tell; null: it wrote none. */
export function changeOf(step: RunStep, upTo: readonly RunStep[]): FileChange | null {
  const path = writtenPath(step);
  if (path === null) return null;
  let before: string | null = null;
  let after: string | null = null;
  for (const earlier of upTo) {
    if (earlier.number > step.number) break;
    if (writtenPath(earlier) !== path) continue;
    before = after;
    after = written(earlier, before);
  }
  return after === null ? null : { path, before: before ?? knownBefore(step), after };
}

function writtenPath({ kind, name, input, error }: RunStep): string | null {
  const isWriting = kind === "tool" && (name === "write_file" || name === "edit_file") && error === null;
  return isWriting && isRecord(input) && typeof input.path === "string" ? input.path : null;
}

/** The file after the step. Of a file that was there from the start only the edited place is known. */
function written({ input }: RunStep, before: string | null): string | null {
  if (!isRecord(input)) return null;
  const { content, old_text: old, new_text: replacement, replace_all: isEverywhere } = input;
  if (typeof content === "string") return content;
  if (typeof old !== "string" || typeof replacement !== "string") return null;
  if (before === null) return replacement;
  return isEverywhere === true ? before.replaceAll(old, () => replacement) : before.replace(old, () => replacement);
}

function knownBefore({ input }: RunStep): string {
  return isRecord(input) && typeof input.old_text === "string" ? input.old_text : "";
}
