import type { Id } from "./ids.ts";
import type { Instant } from "./instant.ts";

/** `clarifying`: structured, before the work. `message`: plain text, at any time. */
export type QuestionType = "clarifying" | "message";

type QuestionInput = "text" | "single_select" | "multi_select";

/** One structured question. `options` (at most 5) only with the select inputs. */
export interface QuestionItem {
  readonly type: QuestionInput;
  readonly question: string;
  readonly options: readonly string[] | null;
}

/** An answer to one of several structured questions. */
export interface QuestionAnswer {
  /** From 0. */
  readonly questionIndex: number;
  readonly selected: string | readonly string[];
}

/** The worker asks the poster. */
export interface Question {
  readonly id: Id;
  readonly taskId: Id;
  readonly assignmentId: Id;
  readonly askerId: Id;
  readonly type: QuestionType;
  /** Plain text of a `message`; null for `clarifying`. */
  readonly content: string | null;
  readonly items: readonly QuestionItem[] | null;
  readonly askedAt: Instant;
  readonly answeredAt: Instant | null;
  readonly answerText: string | null;
  readonly answers: readonly QuestionAnswer[] | null;
}
