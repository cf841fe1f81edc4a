import type { Id } from "./ids.ts";
import type { Instant } from "./instant.ts";

/** `format`: is it what was asked for, in the form that was asked for. `coherence`: does it answer the brief. */
type CheckGroup = "format" | "coherence";

/** One thing looked at in a submission. */
export interface EvaluationCheck {
  /** For instance `not_empty`, `length`, `links`, `csv`. */
  readonly name: string;
  readonly group: CheckGroup;
  /** 0 to 1; null: not made, and `reason` says why. */
  readonly score: number | null;
  /** For the buyer to read. */
  readonly reason: string;
}

/** `pending` until a job has looked; `failed` when it could not, after several attempts. */
type EvaluationState = "pending" | "finished" | "failed";

/** What the platform's own checks say of a submission. */
export interface Evaluation {
  readonly submissionId: Id;
  readonly taskId: Id;
  readonly state: EvaluationState;
  /** How often a job has tried. */
  readonly attempts: number;
  /** Means of the checks made, 0 to 1; null: none was made. */
  readonly formatScore: number | null;
  readonly coherenceScore: number | null;
  readonly checks: readonly EvaluationCheck[];
  readonly createdAt: Instant;
  readonly finishedAt: Instant | null;
}
