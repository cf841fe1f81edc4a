import type { Task } from "../model/task.ts";
import type { Book } from "./book.ts";
import { endTask } from "./end-task.ts";
import { openReview } from "./review-window.ts";
import { announceReady } from "./subtasks.ts";

/**
 * After a worker has gone. Those who are left go on, and if they all have delivered, the review begins; with none left
 * the task is open again, or, if its time on the board is over too, it expires.
 */
export function putBackOnBoard(book: Book, task: Task): Task {
  const left = book.liveAssignmentsOf(task.id);
  if (left.length === 0) return returnToBoard(book, task);
  const allDelivered = left.every(({ state }) => state === "submitted");
  return allDelivered && task.state === "in_progress" ? openReview(book, task) : book.task(task.id);
}

/** Nobody works on the task any more: it looks for somebody again, or expires if its time is over. */
export function returnToBoard(book: Book, task: Task): Task {
  if (task.expiresAt !== null && task.expiresAt <= book.now) return endTask(book, task, "expired", null);
  const isFull = task.maxProposals !== null && task.proposalCount >= task.maxProposals;
  if (task.parentId !== null) {
    const ready = book.changeTask(task.id, { state: "open", reviewDueAt: null });
    announceReady(book, ready);
    return book.task(task.id);
  }
  if (task.intake === "direct") book.leave("dispatch-runs");
  return book.changeTask(task.id, { state: isFull ? "selecting" : "open", reviewDueAt: null });
}
