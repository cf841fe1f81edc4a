import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { managerId } from "../model/team.ts";
import { postersTask } from "./assignments.ts";
import type { Book } from "./book.ts";
import { type Command, command } from "./command.ts";
import { stoppedLease } from "./lease-clock.ts";
import { announceReady, projectOf, wakeManager } from "./subtasks.ts";

export interface StartProject {
  readonly projectId: Id;
  /** The buyer, or null when the manager has made the plan. */
  readonly buyerId: Id | null;
}

/**
 * The work on a planned project begins: what waits for nothing is ready. Refuses `task_not_found`, `not_poster`,
 * `not_a_project`, `task_wrong_state`, `plan_empty`.
 */
export const startProject: Command<StartProject, { readonly project: Task }> = command({
  name: "start_project",
  loads: (input) => ({ tasks: [input.projectId], projects: [input.projectId] }),
  decide(book, { projectId, buyerId }) {
    if (buyerId !== null) postersTask(book, projectId, buyerId);
    const project = projectOf(book, projectId);
    if (project.state !== "open") refuse("task_wrong_state", { details: { state: project.state } });
    return { project: beginProject(book, project, buyerId) };
  },
});

/** The manager is bound to the project as its worker, without a clock. Refuses `plan_empty`. */
export function beginProject(book: Book, project: Task, actorId: Id | null): Task {
  if (project.waitingFor === 0) refuse("plan_empty");
  book.addAssignment({
    id: book.newId(),
    taskId: project.id,
    workerId: managerId,
    state: "active",
    proposalId: null,
    price: null,
    openQuestionId: null,
    ...stoppedLease,
    heartbeatSeconds: null,
    startedAt: null,
    heardAt: null,
    nudges: 0,
    createdAt: book.now,
    endedAt: null,
  });
  book.changeTask(project.id, { state: "in_progress" });
  book.record(project.id, "project.started", actorId, { subtasks: project.waitingFor });
  for (const subtask of book.subtasksOf(project.id)) {
    if (subtask.state === "open" && subtask.waitingFor === 0) announceReady(book, subtask);
  }
  wakeManager(book, project.id);
  return book.task(project.id);
}
