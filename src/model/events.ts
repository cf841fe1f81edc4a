import type { Id } from "./ids.ts";
import type { Instant } from "./instant.ts";

/** Every kind of line a task's history can hold (3-domain, "Events"). */
export type EventType =
  | "task.posted"
  | "task.claimed"
  | "task.dispatched"
  | "task.released"
  | "task.lapsed"
  | "task.submitted"
  | "task.revision_requested"
  | "task.rejected"
  | "task.approved"
  | "task.completed"
  | "task.cancelled"
  | "task.expired"
  | "task.disputed"
  | "task.resolved"
  | "task.intake_closed"
  | "task.reopened"
  | "proposal.submitted"
  | "proposal.shortlisted"
  | "proposal.declined"
  | "proposal.withdrawn"
  | "evaluation.finished"
  | "payment.released"
  | "question.asked"
  | "question.answered"
  | "progress.logged";

export type EventData = Readonly<Record<string, string | number | boolean | null>>;

/** One line in a task's history, never changed. `number` counts from 1 within the task. */
export interface TaskEvent {
  readonly taskId: Id;
  readonly number: number;
  readonly type: EventType;
  /** Who did it; null when time or the platform did. */
  readonly actorId: Id | null;
  readonly data: EventData;
  readonly at: Instant;
}
