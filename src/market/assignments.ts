import { type Assignment, isWorking } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import type { Book } from "./book.ts";

/** Which assignment a worker's write is for: every write is fenced by it. */
export interface AssignmentRef {
  readonly taskId: Id;
  readonly workerId: Id;
  /** null where the door names only the task: the worker's newest on it. */
  readonly assignmentId: Id | null;
}

/**
 * The assignment under which this worker may write now. Refuses `not_assignee`, `lease_lost` (ended, or run out although
 * the job that ends it has not come round yet), `task_wrong_state`.
 */
export function workingAssignment(book: Book, task: Task, ref: AssignmentRef): Assignment {
  const own = book.assignmentsOf(task.id).filter((assignment) => assignment.workerId === ref.workerId);
  const named = ref.assignmentId === null ? own.at(-1) : own.find((assignment) => assignment.id === ref.assignmentId);
  if (named === undefined) refuse(ref.assignmentId === null ? "not_assignee" : "assignment_not_found");
  if (named.state === "lapsed" || named.state === "released") refuse("lease_lost");
  if (!isWorking(named.state)) refuse("task_wrong_state", { details: { state: task.state } });
  if (named.leaseExpiresAt !== null && named.leaseExpiresAt <= book.now) refuse("lease_lost");
  return named;
}

/** Refuses `task_not_found` to everyone but the poster: what a stranger may not touch reads as absent. */
export function postersTask(book: Book, taskId: Id, posterId: Id): Task {
  const task = book.task(taskId);
  if (task.posterId !== posterId) refuse(task.visibility === "private" ? "task_not_found" : "not_poster");
  return task;
}
