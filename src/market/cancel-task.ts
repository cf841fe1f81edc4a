import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { isProject } from "../model/team.ts";
import { postersTask } from "./assignments.ts";
import { type Command, command } from "./command.ts";
import { endTask } from "./end-task.ts";
import type { PostedTask } from "./post-task.ts";

export interface CancelTask {
  readonly taskId: Id;
  readonly posterId: Id;
}

/**
 * The poster takes a task back; all of its escrow returns. Paid work that has begun cannot be cancelled from under its
 * worker; work on a daily allowance can, at any time before it is complete (4-dialects, agentwork). Cancelling again
 * changes nothing. Refuses `task_not_found`, `not_poster`, `task_wrong_state`.
 */
export const cancelTask: Command<CancelTask, PostedTask> = command({
  name: "cancel_task",
  loads: (input) => ({ tasks: [input.taskId], settles: [input.taskId], parties: [input.posterId] }),
  decide(book, { taskId, posterId }) {
    const task = postersTask(book, taskId, posterId);
    refuseTeamwork(task);
    if (!isCancellable(task)) refuse("task_wrong_state", { details: { state: task.state } });
    const ended = task.state === "cancelled" ? task : endTask(book, task, "cancelled", posterId);
    return { task: ended, balance: book.balance(posterId, task.currency) };
  },
});

/** Money and plan of a team hang together: a project is ended as a whole, a subtask by changing the plan. */
function refuseTeamwork(task: Task): void {
  if (isProject(task)) refuse("task_wrong_state", { message: "This is a project: cancel it as one." });
  if (task.parentId !== null)
    refuse("task_wrong_state", { message: "This is a subtask: drop it from its project's plan." });
}

function isCancellable({ state, funding }: Task): boolean {
  if (state === "open" || state === "selecting" || state === "cancelled") return true;
  return funding === "allowance" && (state === "in_progress" || state === "in_review");
}
