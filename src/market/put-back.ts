import type { Task } from "../model/task.ts";
import type { Book } from "./book.ts";
import { endTask } from "./end-task.ts";

/**
 * After a worker has gone: with none left the task is open again, or, if its time on the board is over too, it expires.
 */
export function putBackOnBoard(book: Book, task: Task): Task {
  if (book.liveAssignmentsOf(task.id).length > 0) return book.task(task.id);
  if (task.expiresAt !== null && task.expiresAt <= book.now) return endTask(book, task, "expired", null);
  return book.changeTask(task.id, { state: "open" });
}
