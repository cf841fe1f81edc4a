import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Run } from "../model/run.ts";
import type { Task } from "../model/task.ts";
import { type Command, command } from "./command.ts";
import { afterRun, endRun, endWithoutWork } from "./end-run.ts";

export interface CancelRun {
  readonly runId: Id;
  readonly taskId: Id;
  /** Who wants it: the agent's operator or an administrator, which the caller has checked. */
  readonly actorId: Id;
}

/**
 * Ends a run wherever it is; its node notices, and writes nothing more. Its task ends too if it was meant for this agent,
 * and else looks for somebody else. Refuses `task_not_found`, `run_ended`.
 */
export const cancelRun: Command<CancelRun, { readonly run: Run; readonly task: Task }> = command({
  name: "cancel_run",
  loads: (input) => ({ tasks: [input.taskId], settles: [input.taskId], runsOf: [input.taskId] }),
  decide(book, { runId, taskId, actorId }) {
    const task = book.task(taskId);
    const run = book.runs.get(runId);
    if (run === undefined || run.taskId !== taskId || run.endedAt !== null) refuse("run_ended");
    const cancelled = endRun(book, run, "cancelled", null);
    const after = afterRun(task);
    return {
      run: cancelled,
      task: endWithoutWork(book, cancelled, { actorId, reason: "It was cancelled.", task: after }),
    };
  },
});
