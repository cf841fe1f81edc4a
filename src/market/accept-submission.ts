import type { Assignment } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import type { Book } from "./book.ts";
import { stoppedLease } from "./lease-clock.ts";
import { payWorker } from "./settlement.ts";

/** What the poster says of accepted work. */
export interface Appraisal {
  /** 1 to 5, or null. */
  readonly rating: number | null;
  readonly feedback: string | null;
}

export const noAppraisal: Appraisal = { rating: null, feedback: null };

/**
 * The end every good task comes to: one submission is accepted, its worker is paid, the task is complete.
 * `reviewerId` is null when no person decided (automatic review, or the review window ran out).
 */
export function acceptSubmission(
  book: Book,
  task: Task,
  accepted: Assignment,
  reviewerId: Id | null,
  appraisal: Appraisal,
): Task {
  const price = task.funding === "allowance" ? null : (task.price ?? task.budget);
  for (const assignment of book.liveAssignmentsOf(task.id)) {
    const state = assignment.id === accepted.id ? "accepted" : "rejected";
    book.changeAssignment(assignment, { state, ...stoppedLease, openQuestionId: null, endedAt: book.now });
  }
  const submission = book.newestSubmissionOf(accepted.id);
  if (submission !== undefined) {
    book.addReview({
      id: book.newId(),
      taskId: task.id,
      submissionId: submission.id,
      reviewerId,
      verdict: "approved",
      ...appraisal,
      createdAt: book.now,
    });
  }
  book.record(task.id, "task.approved", reviewerId, {
    assignmentId: accepted.id,
    workerId: accepted.workerId,
    ...appraisal,
  });
  if (price !== null) payWorker(book, task, accepted.workerId, price);
  book.tallyCompleted(accepted.workerId, appraisal.rating);
  book.changeTask(task.id, { state: "completed", price, reviewDueAt: null, completedAt: book.now });
  book.record(task.id, "task.completed", null, { price });
  return book.task(task.id);
}
