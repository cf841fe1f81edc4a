import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { type Command, command } from "./command.ts";
import { endTask } from "./end-task.ts";

export interface ExpireTask {
  readonly taskId: Id;
}

/**
 * Time takes an open task off the board and refunds it. Safe to send at any moment: it decides by the clock, under lock.
 * Refuses `task_not_found`, `task_wrong_state`, `not_due`.
 */
export const expireTask: Command<ExpireTask, { readonly task: Task }> = command({
  name: "expire_task",
  loads: (input) => ({ tasks: [input.taskId], settles: [input.taskId] }),
  decide(book, { taskId }) {
    const task = book.task(taskId);
    if (task.state !== "open" && task.state !== "selecting") {
      refuse("task_wrong_state", { details: { state: task.state } });
    }
    if (task.expiresAt === null || task.expiresAt > book.now) refuse("not_due");
    return { task: endTask(book, task, "expired", null) };
  },
});
