import type { Assignment, Review } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { addHours } from "../model/instant.ts";
import type { Task } from "../model/task.ts";
import type { Book } from "./book.ts";

/** Everybody who works on the task has delivered: the poster's time to judge begins. */
export function openReview(book: Book, task: Task): Task {
  const reviewDueAt = addHours(book.now, task.reviewHours);
  book.watchDeadline("approve-overdue", reviewDueAt);
  return book.changeTask(task.id, { state: "in_review", reviewDueAt });
}

/**
 * The assignment whose submission is meant: the named one, or the only one there is. Refuses `submission_not_found`,
 * `submission_ambiguous`.
 */
export function reviewedAssignment(book: Book, task: Task, submissionId: Id | null): Assignment {
  const delivered = deliveredAssignments(book, task);
  if (submissionId !== null) {
    const named = delivered.find((assignment) => book.newestSubmissionOf(assignment.id)?.id === submissionId);
    return named ?? refuse("submission_not_found");
  }
  const [only, ...others] = delivered;
  if (only === undefined) refuse("submission_not_found");
  if (others.length > 0) refuse("submission_ambiguous", { details: { submissions: delivered.length } });
  return only;
}

/** The assignments whose submissions wait for the poster's word, oldest delivery first. */
export function deliveredAssignments(book: Book, task: Task): Assignment[] {
  const delivered = book.liveAssignmentsOf(task.id).filter(({ state }) => state === "submitted");
  const submissionOf = ({ id }: Assignment): Id => book.newestSubmissionOf(id)?.id ?? id;
  return delivered.sort((a, b) => (submissionOf(a) < submissionOf(b) ? -1 : 1));
}

/** Writes down the word on an assignment's newest submission; an assignment without one has nothing to be judged. */
export function recordReview(
  book: Book,
  { id, taskId }: Assignment,
  word: Pick<Review, "reviewerId" | "verdict" | "feedback"> & Partial<Pick<Review, "rating" | "scores">>,
): void {
  const submission = book.newestSubmissionOf(id);
  if (submission === undefined) return;
  const review = { rating: null, scores: null, ...word };
  book.reviews.add({ id: book.newId(), taskId, submissionId: submission.id, ...review, createdAt: book.now });
}
