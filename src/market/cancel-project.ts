import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { isFinal } from "../model/task.ts";
import { postersTask } from "./assignments.ts";
import { type Command, command } from "./command.ts";
import { endProject } from "./end-project.ts";
import type { PostedTask } from "./post-task.ts";
import { projectOf } from "./subtasks.ts";

export interface CancelProject {
  readonly projectId: Id;
  readonly buyerId: Id;
}

/**
 * The buyer ends a project: what was accepted stays paid, everything else comes back. Cancelling again changes nothing.
 * Refuses `task_not_found`, `not_poster`, `not_a_project`, `task_wrong_state`.
 */
export const cancelProject: Command<CancelProject, PostedTask> = command({
  name: "cancel_project",
  loads: (input) => ({ tasks: [input.projectId], projects: [input.projectId], parties: [input.buyerId] }),
  decide(book, { projectId, buyerId }) {
    postersTask(book, projectId, buyerId);
    const project = projectOf(book, projectId);
    const isDecided = isFinal(project.state) || project.state === "disputed";
    if (isDecided && project.state !== "cancelled") {
      refuse("task_wrong_state", { details: { state: project.state } });
    }
    const disputed = book.subtasksOf(projectId).find(({ state }) => state === "disputed");
    if (disputed !== undefined) refuse("task_wrong_state", { message: `"${disputed.title}" is disputed.` });
    const task = project.state === "cancelled" ? project : endProject(book, project, "cancelled", buyerId);
    return { task, balance: book.balance(buyerId, project.currency) };
  },
});
