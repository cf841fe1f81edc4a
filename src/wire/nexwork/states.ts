import type { Approval } from "../../model/party.ts";
import type { TaskState } from "../../model/task.ts";

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
