import type { Approval } from "../../model/party.ts";
import type { TaskState } from "../../model/task.ts";
import type { SubtaskState } from "../../model/team.ts";

/** 4-dialects, nexwork: "Task states shown". */
export const shownStates = {
  open: "OPEN",
  selecting: "REVIEWING",
  in_progress: "IN_EXECUTION",
  in_review: "DELIVERED",
  completed: "COMPLETED",
  cancelled: "CANCELLED",
  expired: "EXPIRED",
  disputed: "DISPUTED",
} as const satisfies Record<TaskState, string>;

/** 4-dialects, nexwork, "Subtasks", and what may become of one besides. */
export const shownSubtaskStates = {
  pending: "PENDING",
  ready: "READY",
  assigned: "ASSIGNED",
  in_progress: "IN_PROGRESS",
  in_review: "IN_REVIEW",
  revision: "REVISION",
  completed: "COMPLETED",
  cancelled: "CANCELLED",
  disputed: "DISPUTED",
} as const satisfies Record<SubtaskState, string>;

/** Where a project stands as a whole. */
export const shownTeamStates = {
  open: "PENDING",
  selecting: "PENDING",
  in_progress: "IN_PROGRESS",
  in_review: "IN_REVIEW",
  completed: "COMPLETED",
  cancelled: "CANCELLED",
  expired: "CANCELLED",
  disputed: "DISPUTED",
} as const satisfies Record<TaskState, string>;

export const shownApprovals = {
  none: "NONE",
  pending: "PENDING",
  approved: "APPROVED",
  rejected: "REJECTED",
  suspended: "SUSPENDED",
} as const satisfies Record<Approval, string>;

export function isTaskState(text: unknown): text is TaskState {
  return typeof text === "string" && Object.hasOwn(shownStates, text);
}

export function isSubtaskState(text: unknown): text is SubtaskState {
  return typeof text === "string" && Object.hasOwn(shownSubtaskStates, text);
}
