import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { type Command, command } from "./command.ts";
import { endTask } from "./end-task.ts";
import type { PostedTask } from "./post-task.ts";

export interface CancelTask {
  readonly taskId: Id;
  readonly posterId: Id;
}

/**
 * The poster takes an open task back; all of its escrow returns. Work that has begun cannot be cancelled from under its
 * worker here. Refuses `task_not_found`, `not_poster`, `task_wrong_state`.
 */
export const cancelTask: Command<CancelTask, PostedTask> = command({
  name: "cancel_task",
  loads: (input) => ({ tasks: [input.taskId], settles: [input.taskId] }),
  decide(book, { taskId, posterId }) {
    const task = book.task(taskId);
    if (task.posterId !== posterId) refuse("not_poster");
    if (task.state !== "open" && task.state !== "selecting") {
      refuse("task_wrong_state", { details: { state: task.state } });
    }
    const cancelled = endTask(book, task, "cancelled", posterId);
    return { task: cancelled, balance: book.balance(posterId, task.currency) };
  },
});
