import { isLive } from "../model/assignment.ts";
import type { Run } from "../model/run.ts";
import type { Task } from "../model/task.ts";
import { closeOpenQuestion } from "./close-question.ts";
import { type Command, command } from "./command.ts";
import { endTask } from "./end-task.ts";
import { stoppedLease } from "./lease-clock.ts";
import { putBackOnBoard } from "./put-back.ts";
import { endRun, heldRun, type RunRef } from "./runs.ts";
import { noteInProject } from "./subtasks.ts";

export interface SettleRun extends RunRef {
  readonly outcome: RunOutcome;
}

/**
 * What becomes of a run when its executor stops: it waits for the poster, it is over because its assignment is, or it
 * has failed for good, and then its task is `cancelled` (refunded) or `released` to look for somebody else.
 */
export type RunOutcome =
  | { readonly state: "waiting" | "succeeded" | "cancelled" }
  | { readonly state: "failed"; readonly reason: string; readonly task: "cancelled" | "released" };

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
    book.record(task.id, "run.failed", run.agentId, { runId: run.id, reason: outcome.reason });
    const assignment = book.assignmentsOf(task.id).find(({ id }) => id === run.assignmentId);
    if (assignment === undefined || !isLive(assignment.state)) return { run: failed, task: book.task(task.id) };
    if (outcome.task === "cancelled") return { run: failed, task: endTask(book, task, "cancelled", null) };
    closeOpenQuestion(book, assignment);
    const released = { state: "released", ...stoppedLease, openQuestionId: null, endedAt: book.now } as const;
    book.changeAssignment(assignment, released);
    const { id: assignmentId, workerId } = assignment;
    book.record(task.id, "task.released", run.agentId, { assignmentId, workerId, reason: outcome.reason });
    noteInProject(book, task, "member.dropped", run.agentId, { assignmentId, workerId });
    return { run: failed, task: putBackOnBoard(book, task) };
  },
});
