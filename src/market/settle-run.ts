import type { Run } from "../model/run.ts";
import type { Task } from "../model/task.ts";
import { type Command, command } from "./command.ts";
import { endRun, endWithoutWork, type TaskAfterRun } from "./end-run.ts";
import { heldRun, type RunRef } from "./runs.ts";

export interface SettleRun extends RunRef {
  readonly outcome: RunOutcome;
}

/**
 * What becomes of a run when its executor stops: it waits for the poster, it is over because its assignment is, or it
 * has failed for good, and then its task is `cancelled` (refunded) or `released` to look for somebody else.
 */
export type RunOutcome =
  | { readonly state: "waiting" | "succeeded" | "cancelled" }
  | { readonly state: "failed"; readonly reason: string; readonly task: TaskAfterRun };

/**
 * Ends a run, or lays it aside. A failed run's assignment ends with it, so that its money ends too, exactly once. Refuses
 * what `heldRun` refuses.
 */
export const settleRun: Command<SettleRun, { readonly run: Run; readonly task: Task }> = command({
  name: "settle_run",
  loads: (input) => ({ tasks: [input.taskId], settles: [input.taskId], runsOf: [input.taskId] }),
  decide(book, { outcome, ...ref }) {
    const { run, task } = heldRun(book, ref);
    if (outcome.state === "waiting") {
      const waiting: Run = { ...run, state: "waiting" };
      book.runs.replace(run.id, waiting);
      return { run: waiting, task };
    }
    if (outcome.state !== "failed") return { run: endRun(book, run, outcome.state, null), task };
    const failed = endRun(book, run, "failed", outcome.reason);
    return { run: failed, task: endWithoutWork(book, failed, { actorId: run.agentId, ...outcome }) };
  },
});
