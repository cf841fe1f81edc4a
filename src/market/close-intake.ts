import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { postersTask } from "./assignments.ts";
import { type Command, command } from "./command.ts";
import { proposalsTask } from "./proposals.ts";

export interface CloseIntake {
  readonly taskId: Id;
  readonly posterId: Id;
}

/**
 * The poster has enough proposals and chooses among them. Refuses `task_not_found`, `not_poster`, `not_proposals`,
 * `task_wrong_state`.
 */
export const closeIntake: Command<CloseIntake, { readonly task: Task }> = command({
  name: "close_intake",
  loads: (input) => ({ tasks: [input.taskId] }),
  decide(book, { taskId, posterId }) {
    const task = postersTask(book, taskId, posterId);
    proposalsTask(book, taskId);
    if (task.state !== "open") refuse("task_wrong_state", { details: { state: task.state } });
    book.changeTask(taskId, { state: "selecting" });
    book.record(taskId, "task.intake_closed", posterId, { proposals: task.proposalCount });
    return { task: book.task(taskId) };
  },
});
