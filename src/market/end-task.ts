import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import type { Book } from "./book.ts";
import { closeOpenQuestion } from "./close-question.ts";
import { stoppedLease } from "./lease-clock.ts";
import { refundPoster } from "./settlement.ts";

/** Ends a task that will not be done: its workers are let go, its escrow goes back to the poster. */
export function endTask(book: Book, task: Task, outcome: "cancelled" | "expired", actorId: Id | null): Task {
  for (const assignment of book.liveAssignmentsOf(task.id)) {
    closeOpenQuestion(book, assignment);
    book.changeAssignment(assignment, {
      state: "released",
      ...stoppedLease,
      openQuestionId: null,
      endedAt: book.now,
    });
  }
  refundPoster(book, task);
  book.changeTask(task.id, { state: outcome, reviewDueAt: null });
  book.record(task.id, outcome === "cancelled" ? "task.cancelled" : "task.expired", actorId);
  return book.task(task.id);
}
