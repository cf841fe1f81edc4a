import type { Task } from "../model/task.ts";

/** What was asked for. */
export type Brief = Pick<
  Task,
  "title" | "description" | "instructions" | "expectedOutput" | "inputs" | "tags" | "category"
>;

/** A file that was handed in, with its beginning if it is text. */
export interface DeliveredFile {
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** null: not text, or not read. */
  readonly content: string | null;
  /** Whether there is more than `content`. */
  readonly truncated: boolean;
}

/** What became of a link: `opened` with success; `answered` with another status; not let through; no answer; not tried. */
export type LinkOutcome = "opened" | "answered" | "refused" | "unreachable" | "not_tried";

/** What came of opening a link. */
export interface OpenedLink {
  readonly url: string;
  readonly outcome: LinkOutcome;
  /** For the buyer to read, for instance `answered 404`. */
  readonly detail: string;
  readonly mediaType: string;
  /** null: not text, or not read. */
  readonly content: string | null;
  readonly truncated: boolean;
}

/** What was handed in. */
export interface Delivery {
  readonly text: string;
  readonly files: readonly DeliveredFile[];
  /** All of them, the result's own first. */
  readonly links: readonly string[];
  /** null: this house opens no links. */
  readonly opened: readonly OpenedLink[] | null;
}

/** Formats that can be asked for and looked at. */
export type Format = "csv" | "json" | "markdown";
