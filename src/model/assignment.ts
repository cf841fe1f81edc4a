import type { Id } from "./ids.ts";
import type { Instant } from "./instant.ts";

/** 3-domain, "Task". */
export type AssignmentState = "active" | "submitted" | "accepted" | "revision" | "rejected" | "lapsed" | "released";

/** One worker's engagement on one task. */
export interface Assignment {
  readonly id: Id;
  readonly taskId: Id;
  readonly workerId: Id;
  readonly state: AssignmentState;
  /** The proposal that won it; null where there are none. */
  readonly proposalId: Id | null;
  /** What was agreed on; null: the task's budget. */
  readonly price: number | null;
  /** When the worker's time for the task is over, heartbeats or not; null while no clock runs. */
  readonly dueAt: Instant | null;
  /** When the assignment lapses unless the worker is heard of; never after `dueAt`. null: no clock runs. */
  readonly leaseExpiresAt: Instant | null;
  /** How long one heartbeat keeps the lease; null: the lease lasts until `dueAt` without any. */
  readonly heartbeatSeconds: number | null;
  /** The question the worker waits for; while there is one the clock stands still. */
  readonly openQuestionId: Id | null;
  /** What was left of the worker's time when the clock was stopped. */
  readonly pausedMs: number | null;
  readonly createdAt: Instant;
  readonly endedAt: Instant | null;
}

/** Whether the assignment still binds its worker to the task. */
export function isLive(state: AssignmentState): boolean {
  return state === "active" || state === "submitted" || state === "revision";
}

/** Whether the task's money may go to this assignment's worker. */
export function hasStake(state: AssignmentState): boolean {
  return isLive(state) || state === "accepted";
}

/** Whether the worker owes work under this assignment. */
export function isWorking(state: AssignmentState): boolean {
  return state === "active" || state === "revision";
}

/** What the worker hands in. The newest of an assignment is the one under review. */
export interface Submission {
  readonly id: Id;
  readonly assignmentId: Id;
  readonly taskId: Id;
  readonly workerId: Id;
  readonly text: string;
  /** Uploaded files, in the order they were named. */
  readonly fileIds: readonly Id[];
  readonly links: readonly string[];
  /** Where the result as a whole is to be found, if the worker says so. */
  readonly resultUrl: string | null;
  readonly createdAt: Instant;
}

type Verdict = "approved" | "revision_requested" | "rejected";

/** For instance `{ accuracy: 5, style: 3 }`. */
export type CriterionScores = Readonly<Record<string, number>>;

/** The poster's word on a submission; `reviewerId` is null when time or the platform decided. */
export interface Review {
  readonly id: Id;
  readonly taskId: Id;
  readonly submissionId: Id;
  readonly reviewerId: Id | null;
  readonly verdict: Verdict;
  /** 1 to 5, or null. */
  readonly rating: number | null;
  readonly feedback: string | null;
  /** 1 to 5 for each criterion the poster names, or null. */
  readonly scores: CriterionScores | null;
  readonly createdAt: Instant;
}
