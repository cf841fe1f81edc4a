import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { type Command, command } from "./command.ts";
import { acceptedAssignment, payWorker } from "./settlement.ts";

export interface ReleasePayment {
  readonly taskId: Id;
}

/**
 * The time to dispute approved work is over: its worker is paid. Safe to send at any moment: it decides by the clock,
 * under lock. Refuses `task_not_found`, `task_wrong_state`, `not_due`.
 */
export const releasePayment: Command<ReleasePayment, { readonly task: Task }> = command({
  name: "release_payment",
  loads: (input) => ({ tasks: [input.taskId], settles: [input.taskId] }),
  decide(book, { taskId }) {
    const task = book.task(taskId);
    if (task.state !== "completed" || task.price === null || task.releaseDueAt === null) {
      refuse("task_wrong_state", { details: { state: task.state } });
    }
    if (task.releaseDueAt > book.now) refuse("not_due");
    const { workerId } = acceptedAssignment(book, task);
    payWorker(book, task, workerId, task.price);
    book.changeTask(taskId, { releaseDueAt: null });
    book.record(taskId, "payment.released", null, { workerId, price: task.price });
    return { task: book.task(taskId) };
  },
});
