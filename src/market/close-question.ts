import type { Assignment } from "../model/assignment.ts";
import type { Book } from "./book.ts";

/** The worker no longer waits for an answer, because its engagement has moved on or ended. */
export function closeOpenQuestion(book: Book, assignment: Assignment): void {
  if (assignment.openQuestionId === null) return;
  const question = book.question(assignment.openQuestionId);
  if (question !== undefined && question.answeredAt === null) book.changeQuestion(question, { answeredAt: book.now });
}
