import { type Assignment, isLive } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { EventData, EventType } from "../model/events.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { isProject, type SubtaskState, subtaskState } from "../model/team.ts";
import type { Book } from "./book.ts";

/** A subtask with its project's id. */
export interface Subtask extends Task {
  readonly parentId: Id;
}

export function isSubtask(task: Task): task is Subtask {
  return task.parentId !== null;
}

/** Refuses `subtask_not_found`. */
export function subtaskOf(book: Book, taskId: Id): Subtask {
  const task = book.task(taskId);
  return isSubtask(task) ? task : refuse("subtask_not_found");
}

/** Refuses `task_not_found`, `not_a_project`. */
export function projectOf(book: Book, projectId: Id): Task {
  const task = book.task(projectId);
  return isProject(task) ? task : refuse("not_a_project");
}

/** Who is bound to a subtask now, if anybody. */
export function memberOf(book: Book, subtaskId: Id): Assignment | undefined {
  return book.assignmentsOf(subtaskId).find(({ state }) => isLive(state));
}

/** Where a subtask stands. Its assignments must be on the book. */
export function stateOf(book: Book, subtask: Subtask): SubtaskState {
  return subtaskState(subtask, memberOf(book, subtask.id));
}

/** Refuses `subtask_wrong_state` with the state it is in. */
export function refuseUnlessIn(book: Book, subtask: Subtask, states: readonly SubtaskState[]): void {
  const state = stateOf(book, subtask);
  if (!states.includes(state)) refuse("subtask_wrong_state", { details: { state } });
}

/** Writes a subtask's step into its project's history too, and has the manager look at it. Other tasks have no project. */
export function noteInProject(book: Book, task: Task, type: EventType, actorId: Id | null, data: EventData = {}): void {
  if (task.parentId === null) return;
  book.record(task.parentId, type, actorId, { subtaskId: task.id, ...data });
  wakeManager(book, task.parentId);
}

/** The manager looks at the project as soon as this command has committed. */
export function wakeManager(book: Book, projectId: Id): void {
  const { managerDueAt } = book.task(projectId);
  if (managerDueAt === null || managerDueAt > book.now) book.changeTask(projectId, { managerDueAt: book.now });
  book.leave("manage-projects");
}

/** One thing less that a subtask waits for; the last one makes it ready. Its row must be on the book. */
function unblock(book: Book, subtaskId: Id): void {
  const { waitingFor } = book.task(subtaskId);
  const subtask = book.changeTask(subtaskId, { waitingFor: waitingFor - 1 });
  if (subtask.waitingFor === 0 && subtask.state === "open") announceReady(book, subtask);
}

/** Everything the subtask waited for is there. */
export function announceReady(book: Book, subtask: Task): void {
  book.record(subtask.id, "subtask.ready", null);
  noteInProject(book, subtask, "subtask.ready", null);
}

/** A subtask was accepted: those that wait for it go on, and its project has cost that much more. */
export function finishSubtask(book: Book, subtask: Task, cost: number): void {
  if (subtask.parentId === null) return;
  for (const { taskId } of book.team.dependentsOn(subtask.id)) unblock(book, taskId);
  const project = book.task(subtask.parentId);
  book.changeTask(project.id, { waitingFor: project.waitingFor - 1, price: (project.price ?? 0) + cost });
}
