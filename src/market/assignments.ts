import { type Assignment, isWorking } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { refuseBarred } from "./approvals.ts";
import type { Book } from "./book.ts";

/** Which assignment a worker's write is for: every write is fenced by it. */
export interface AssignmentRef {
  readonly taskId: Id;
  readonly workerId: Id;
  /** Absent where the door names only the task: the worker's newest on it. */
  readonly assignmentId?: Id | undefined;
}

/**
 * The assignment under which this worker may write now. Refuses `agent_not_approved`, `not_assignee`, `lease_lost` (ended, or run out although
 * the job that ends it has not come round yet), `task_wrong_state`.
 */
export function workingAssignment(book: Book, task: Task, ref: AssignmentRef): Assignment {
  refuseBarred(book.party(ref.workerId));
  const own = book.assignmentsOf(task.id).filter((assignment) => assignment.workerId === ref.workerId);
  const named =
    ref.assignmentId === undefined ? own.at(-1) : own.find((assignment) => assignment.id === ref.assignmentId);
  if (named === undefined) refuseStranger(task, ref);
  if (named.state === "lapsed" || named.state === "released") refuse("lease_lost");
  if (!isWorking(named.state)) refuse("task_wrong_state", { details: { state: task.state } });
  if (named.leaseExpiresAt !== null && named.leaseExpiresAt <= book.now) refuse("lease_lost");
  return named;
}

/** A stranger's private task reads as absent, never as forbidden (3-domain, "Rules everywhere"). */
function refuseStranger(task: Task, ref: AssignmentRef): never {
  if (ref.assignmentId !== undefined) refuse("assignment_not_found");
  return refuse(task.visibility === "private" && task.posterId !== ref.workerId ? "task_not_found" : "not_assignee");
}

/** Refuses `task_not_found` to everyone but the poster: what a stranger may not touch reads as absent. */
export function postersTask(book: Book, taskId: Id, posterId: Id): Task {
  const task = book.task(taskId);
  if (task.posterId !== posterId) refuse(task.visibility === "private" ? "task_not_found" : "not_poster");
  return task;
}
