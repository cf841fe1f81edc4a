import type { Assignment } from "../model/assignment.ts";
import type { Dispute } from "../model/dispute.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import type { Book } from "./book.ts";

/** A dispute that nobody has ruled on, and what it is about. Refuses `task_not_found`, `dispute_not_found`. */
export function openDisputeOf(
  book: Book,
  taskId: Id,
  disputeId: Id,
): { readonly task: Task; readonly dispute: Dispute; readonly assignment: Assignment } {
  const task = book.task(taskId);
  const dispute = book.disputes.get(disputeId);
  if (dispute === undefined || dispute.taskId !== taskId) refuse("dispute_not_found");
  // Decided by another command of this batch: it is no longer open.
  if (dispute.ruledAt !== null || task.state !== "disputed") refuse("dispute_not_found");
  const assignment = book.assignmentsOf(taskId).find(({ id }) => id === dispute.assignmentId);
  if (assignment === undefined) throw new Error(`Dispute ${disputeId} is about an assignment that is not there.`);
  return { task, dispute, assignment };
}
