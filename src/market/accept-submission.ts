import { type Assignment, type CriterionScores, isWorking } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import { addHours } from "../model/instant.ts";
import { sameSide } from "../model/party.ts";
import type { Task } from "../model/task.ts";
import { isProject } from "../model/team.ts";
import type { Book } from "./book.ts";
import { closeOpenQuestion } from "./close-question.ts";
import { stoppedLease } from "./lease-clock.ts";
import { recordReview } from "./review-window.ts";
import { payWorker, refundPoster } from "./settlement.ts";
import { finishSubtask, noteInProject } from "./subtasks.ts";

/** What the poster says of accepted work. */
export interface Appraisal {
  /** 1 to 5, or null. */
  readonly rating: number | null;
  readonly feedback: string | null;
  readonly scores: CriterionScores | null;
}

export const noAppraisal: Appraisal = { rating: null, feedback: null, scores: null };

/** How an acceptance differs from the usual one. */
interface AcceptanceTerms {
  /** Instead of what was agreed on. */
  readonly price?: number;
  /** Paid at once, whatever time there is for disputes. */
  readonly isFinal?: boolean;
}

/**
 * The end every good task comes to: one submission is accepted, the task is complete, and its worker is paid, at once
 * or after the time for disputes. Others' deliveries are rejected; whoever had not delivered yet is let go. A rating by
 * the worker's own side does not count.
 * `reviewerId` is null when no person decided (automatic review, or the review window ran out).
 */
export function acceptSubmission(
  book: Book,
  task: Task,
  accepted: Assignment,
  reviewerId: Id | null,
  appraisal: Appraisal,
  terms: AcceptanceTerms = {},
): Task {
  const price = priceOf(task, accepted, terms);
  for (const assignment of book.liveAssignmentsOf(task.id)) {
    closeOpenQuestion(book, assignment);
    const state = assignment.id === accepted.id ? "accepted" : isWorking(assignment.state) ? "released" : "rejected";
    book.changeAssignment(assignment, { state, ...stoppedLease, openQuestionId: null, endedAt: book.now });
    if (state === "rejected") book.tally(assignment.workerId, task, { rejected: 1 });
  }
  recordReview(book, accepted, { reviewerId, verdict: "approved", ...appraisal });
  book.record(task.id, "task.approved", reviewerId, {
    assignmentId: accepted.id,
    workerId: accepted.workerId,
    rating: appraisal.rating,
    feedback: appraisal.feedback,
  });
  const isHeld = price !== null && !isProject(task) && task.disputeHours > 0 && terms.isFinal !== true;
  const releaseDueAt = isHeld ? addHours(book.now, task.disputeHours) : null;
  if (releaseDueAt !== null) book.watchDeadline("release-payments", releaseDueAt);
  else if (isProject(task)) refundPoster(book, task);
  else if (price !== null) payWorker(book, task, accepted.workerId, price);
  tallyAccepted(book, task, accepted.workerId, appraisal.rating);
  book.changeTask(task.id, { state: "completed", price, reviewDueAt: null, releaseDueAt, completedAt: book.now });
  book.record(task.id, "task.completed", null, { price });
  noteInProject(book, task, "subtask.completed", reviewerId, { workerId: accepted.workerId, price });
  finishSubtask(book, task, price ?? 0);
  return book.task(task.id);
}

function priceOf(task: Task, accepted: Assignment, { price }: AcceptanceTerms): number | null {
  if (isProject(task)) return task.price;
  return task.funding === "allowance" ? null : (price ?? accepted.price ?? task.budget);
}

function tallyAccepted(book: Book, task: Task, workerId: Id, rating: number | null): void {
  const counts = rating !== null && !sameSide(book.party(task.posterId), book.party(workerId));
  book.tally(workerId, task, { completed: 1, ...(counts ? { ratingSum: rating, ratingCount: 1 } : {}) });
}
