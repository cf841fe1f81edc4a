import type { Assignment } from "../model/assignment.ts";
import type { Dispute } from "../model/dispute.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import type { Book } from "./book.ts";
import { type Command, command } from "./command.ts";
import { deliveredAssignments, reviewedAssignment } from "./review-window.ts";
import { acceptedAssignment } from "./settlement.ts";

export interface OpenDispute {
  readonly taskId: Id;
  /** The poster, or a worker whose submission it is about. */
  readonly partyId: Id;
  /** Which submission; null: the worker's own, or the only one. */
  readonly submissionId: Id | null;
  readonly reason: string;
}

export interface DisputedTask {
  readonly task: Task;
  readonly dispute: Dispute;
}

/**
 * Freezes the escrow until an admin rules: while a submission is under review, or after its approval as long as its
 * payment waits. Source: 3-domain, "Task". Refuses `task_not_found`, `not_allowed`, `task_wrong_state`,
 * `submission_not_found`, `submission_ambiguous`.
 */
export const openDispute: Command<OpenDispute, DisputedTask> = command({
  name: "open_dispute",
  loads: (input) => ({ tasks: [input.taskId], settles: [input.taskId] }),
  decide(book, { taskId, partyId, submissionId, reason }) {
    const task = book.task(taskId);
    refuseStranger(book, task, partyId);
    const assignment = disputedAssignment(book, task, partyId, submissionId);
    const dispute: Dispute = {
      id: book.newId(),
      taskId,
      assignmentId: assignment.id,
      openedById: partyId,
      reason,
      response: null,
      ruling: null,
      ruledAmount: null,
      ruledById: null,
      rulingNote: null,
      createdAt: book.now,
      ruledAt: null,
    };
    book.disputes.add(dispute.id, dispute);
    book.changeTask(taskId, { state: "disputed", reviewDueAt: null, releaseDueAt: null });
    const { id: assignmentId, workerId } = assignment;
    book.record(taskId, "task.disputed", partyId, { disputeId: dispute.id, assignmentId, workerId, reason });
    return { task: book.task(taskId), dispute };
  },
});

function refuseStranger(book: Book, task: Task, partyId: Id): void {
  if (task.posterId === partyId) return;
  if (book.assignmentsOf(task.id).some(({ workerId }) => workerId === partyId)) return;
  refuse(task.visibility === "private" ? "task_not_found" : "not_allowed");
}

function disputedAssignment(book: Book, task: Task, partyId: Id, submissionId: Id | null): Assignment {
  const isUndecided = task.state === "in_review" && task.funding === "escrow";
  const isUnpaid = task.state === "completed" && task.releaseDueAt !== null && task.releaseDueAt > book.now;
  if (!isUndecided && !isUnpaid) refuse("task_wrong_state", { details: { state: task.state } });
  if (partyId === task.posterId) {
    return isUnpaid ? acceptedAssignment(book, task) : reviewedAssignment(book, task, submissionId);
  }
  const own = isUnpaid ? [acceptedAssignment(book, task)] : deliveredAssignments(book, task);
  return own.find(({ workerId }) => workerId === partyId) ?? refuse("not_allowed");
}
