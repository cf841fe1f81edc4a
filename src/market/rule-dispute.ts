import type { Assignment } from "../model/assignment.ts";
import type { Ruling } from "../model/dispute.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { isAmount } from "../model/money.ts";
import type { Task } from "../model/task.ts";
import { isProject } from "../model/team.ts";
import { acceptSubmission, noAppraisal } from "./accept-submission.ts";
import type { Book } from "./book.ts";
import { type Command, command } from "./command.ts";
import { openDisputeOf } from "./disputes.ts";
import { endTask } from "./end-task.ts";
import { stoppedLease } from "./lease-clock.ts";
import type { DisputedTask } from "./open-dispute.ts";
import { returnToBoard } from "./put-back.ts";
import { payWorker } from "./settlement.ts";

export interface RuleDispute {
  readonly taskId: Id;
  readonly disputeId: Id;
  readonly adminId: Id;
  readonly ruling: Ruling;
  /** What of the price a split pays for the work, fee included; null with the other rulings. */
  readonly amount: number | null;
  readonly note: string | null;
}

/**
 * An admin ends a dispute: the worker is paid, the poster gets the money back, or both get a part; the fee is on the
 * worker's part. Source: 3-domain, "Money". Refuses `task_not_found`, `dispute_not_found`, `ruling_invalid`.
 */
export const ruleDispute: Command<RuleDispute, DisputedTask> = command({
  name: "rule_dispute",
  loads: (input) => ({
    tasks: [input.taskId],
    settles: [input.taskId],
    disputesOf: [input.taskId],
    unblocks: [input.taskId],
  }),
  decide(book, { taskId, disputeId, adminId, ruling, amount, note }) {
    const { task, dispute, assignment } = openDisputeOf(book, taskId, disputeId);
    const price = isProject(task) ? (task.price ?? 0) : (assignment.price ?? task.budget);
    const ruledAmount = amountOf(ruling, amount, price);
    if (isProject(task) && ruling === "split") refuse("ruling_invalid", { message: "A project cannot be split." });
    const ruled = { ...dispute, ruling, ruledAmount, ruledById: adminId, rulingNote: note, ruledAt: book.now };
    book.disputes.replace(dispute.id, ruled);
    const { workerId } = assignment;
    book.record(taskId, "task.resolved", adminId, { disputeId, workerId, ruling, amount: ruledAmount, note });
    if (ruling === "refund") refund(book, task, assignment, adminId);
    else if (assignment.state === "accepted") payAccepted(book, task, assignment, ruledAmount);
    else acceptSubmission(book, task, assignment, null, noAppraisal, { price: ruledAmount, isFinal: true });
    return { task: book.task(taskId), dispute: ruled };
  },
});

function amountOf(ruling: Ruling, amount: number | null, price: number): number {
  if (ruling === "split") {
    if (amount === null || !isAmount(amount) || amount >= price) refuse("ruling_invalid", { details: { price } });
    return amount;
  }
  if (amount !== null) refuse("ruling_invalid", { message: "Only a split names an amount." });
  return ruling === "pay" ? price : 0;
}

/** The work had been approved before it was disputed: only its money is still to be settled. */
function payAccepted(book: Book, task: Task, { workerId }: Assignment, price: number): void {
  payWorker(book, task, workerId, price);
  book.changeTask(task.id, { state: "completed", price });
  book.record(task.id, "payment.released", null, { workerId, price });
}

function refund(book: Book, task: Task, assignment: Assignment, adminId: Id): void {
  const wasAccepted = assignment.state === "accepted";
  book.changeAssignment(assignment, { state: "rejected", ...stoppedLease, endedAt: book.now });
  book.tally(assignment.workerId, task, { rejected: 1, completed: wasAccepted ? -1 : 0 });
  const reopened = book.changeTask(task.id, { price: isProject(task) ? task.price : null, completedAt: null });
  // A subtask is still wanted: it goes to another member.
  if (task.parentId !== null) returnToBoard(book, reopened);
  else endTask(book, reopened, "cancelled", adminId);
}
