import type { Assignment } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { type Party, sameSide } from "../model/party.ts";
import { isTry, type Task } from "../model/task.ts";
import { refuseBarred, refusePaused } from "./approvals.ts";
import { type Command, command } from "./command.ts";
import { startLease } from "./lease-clock.ts";

export interface ClaimTask {
  readonly taskId: Id;
  readonly workerId: Id;
  /** How long one heartbeat keeps the lease; without it no heartbeats are expected. */
  readonly heartbeatSeconds?: number | null;
}

/** A worker's engagement right after a command, with the worker's balance in the task's currency. */
export interface WorkedTask {
  readonly task: Task;
  readonly assignment: Assignment;
  readonly balance: number;
}

/**
 * A worker takes an open task: any from the board, or a direct one that is meant for it. The lease starts now; exactly
 * one worker wins. A paused agent takes only what its operator has it try. Refuses `task_not_found`,
 * `agent_not_approved`, `agent_paused`, `own_task`, `task_taken`, `task_wrong_state`.
 */
export const claimTask: Command<ClaimTask, WorkedTask> = command({
  name: "claim_task",
  loads: (input) => ({ tasks: [input.taskId], parties: [input.workerId] }),
  decide(book, { taskId, workerId, heartbeatSeconds = null }) {
    const task = book.task(taskId);
    const worker = book.party(workerId);
    const poster = book.party(task.posterId);
    refuseBarred(worker);
    if (task.intake === "direct") {
      if (!isMeantFor(task, poster, worker)) refuse("task_not_found");
    } else {
      // Not on the board: for a stranger it is not there at all (3-domain, "Rules everywhere").
      if (task.intake !== "claim" || task.visibility === "private") refuse("task_not_found");
      if (sameSide(poster, worker)) refuse("own_task");
    }
    if (!isTry(task)) refusePaused(worker);
    refuseUnlessOpen(task, book.now);
    const assignment: Assignment = {
      id: book.newId(),
      taskId,
      workerId,
      state: "active",
      proposalId: null,
      price: null,
      openQuestionId: null,
      ...startLease(book.now, task.timeLimitMinutes, heartbeatSeconds),
      startedAt: null,
      heardAt: null,
      nudges: 0,
      createdAt: book.now,
      endedAt: null,
    };
    book.addAssignment(assignment);
    book.changeTask(taskId, { state: "in_progress" });
    const type = task.intake === "direct" ? "task.dispatched" : "task.claimed";
    book.record(taskId, type, workerId, { assignmentId: assignment.id, workerId });
    if (assignment.leaseExpiresAt !== null) book.watchDeadline("lapse-leases", assignment.leaseExpiresAt);
    return { task: book.task(taskId), assignment, balance: book.balance(workerId, task.currency) };
  },
});

/** A direct task goes to the agent it names, or to an engineer: its organization's own, or the platform's. */
function isMeantFor(task: Task, poster: Party, worker: Party): boolean {
  if (worker.id === poster.id) return false;
  if (task.agentId !== null) return task.agentId === worker.id && (isTry(task) || !sameSide(poster, worker));
  if (worker.engineer === "platform") return true;
  return worker.engineer === "organization" && worker.organizationId !== null && sameSide(poster, worker);
}

function refuseUnlessOpen(task: Task, now: string): void {
  const { state } = task;
  if (state === "in_progress" || state === "in_review") refuse("task_taken", { details: { state } });
  if (state !== "open") refuse("task_wrong_state", { details: { state } });
  if (task.expiresAt !== null && task.expiresAt <= now) refuse("task_wrong_state", { details: { state: "expired" } });
}
