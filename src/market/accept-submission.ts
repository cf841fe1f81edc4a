import type { Assignment } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import type { Book } from "./book.ts";
import { payWorker } from "./settlement.ts";

/**
 * The end every good task comes to: one submission is accepted, its worker is paid, the task is complete.
 * `reviewerId` is null when no person decided (automatic review, or the review window ran out).
 */
export function acceptSubmission(book: Book, task: Task, accepted: Assignment, reviewerId: Id | null): Task {
  const price = task.price ?? task.budget;
  for (const assignment of book.liveAssignmentsOf(task.id)) {
    const state = assignment.id === accepted.id ? "accepted" : "rejected";
    book.changeAssignment(assignment, { state, leaseExpiresAt: null, endedAt: book.now });
  }
  book.record(task.id, "task.approved", reviewerId, { assignmentId: accepted.id, workerId: accepted.workerId });
  payWorker(book, task, accepted.workerId, price);
  book.tallyCompleted(accepted.workerId);
  book.changeTask(task.id, { state: "completed", price, reviewDueAt: null, completedAt: book.now });
  book.record(task.id, "task.completed", null, { price });
  return book.task(task.id);
}
