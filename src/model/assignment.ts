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
  /** When an active assignment lapses unless the worker has submitted; null when no lease runs. */
  readonly leaseExpiresAt: Instant | null;
  readonly createdAt: Instant;
  readonly endedAt: Instant | null;
}

/** Whether the assignment still binds its worker to the task. */
export function isLive(state: AssignmentState): boolean {
  return state === "active" || state === "submitted" || state === "revision";
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
  readonly createdAt: Instant;
}
