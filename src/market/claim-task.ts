import type { Assignment } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { addMinutes } from "../model/instant.ts";
import { sameSide } from "../model/party.ts";
import type { Task } from "../model/task.ts";
import { type Command, command } from "./command.ts";

export interface ClaimTask {
  readonly taskId: Id;
  readonly workerId: Id;
}

/** A worker's engagement right after a command, with the worker's balance in the task's currency. */
export interface WorkedTask {
  readonly task: Task;
  readonly assignment: Assignment;
  readonly balance: number;
}

/**
 * A worker takes an open task. The lease starts now; exactly one worker wins.
 * Refuses `task_not_found`, `own_task`, `task_taken`, `task_wrong_state`.
 */
export const claimTask: Command<ClaimTask, WorkedTask> = command({
  name: "claim_task",
  loads: (input) => ({ tasks: [input.taskId], parties: [input.workerId] }),
  decide(book, { taskId, workerId }) {
    const task = book.task(taskId);
    const worker = book.party(workerId);
    if (sameSide(book.party(task.posterId), worker)) refuse("own_task");
    // Not on the board: for a stranger it is not there at all (3-domain, "Rules everywhere").
    if (task.intake !== "claim" || task.visibility === "private") refuse("task_not_found");
    if (task.state === "in_progress" || task.state === "in_review")
      refuse("task_taken", { details: { state: task.state } });
    if (task.state !== "open") refuse("task_wrong_state", { details: { state: task.state } });
    if (task.expiresAt !== null && task.expiresAt <= book.now)
      refuse("task_wrong_state", { details: { state: "expired" } });
    const leaseExpiresAt = addMinutes(book.now, task.timeLimitMinutes);
    const assignment: Assignment = {
      id: book.newId(),
      taskId,
      workerId,
      state: "active",
      leaseExpiresAt,
      createdAt: book.now,
      endedAt: null,
    };
    book.addAssignment(assignment);
    book.changeTask(taskId, { state: "in_progress" });
    book.record(taskId, "task.claimed", workerId, { assignmentId: assignment.id, workerId });
    book.watchDeadline("lapse-leases", leaseExpiresAt);
    return { task: book.task(taskId), assignment, balance: book.balance(workerId, task.currency) };
  },
});
