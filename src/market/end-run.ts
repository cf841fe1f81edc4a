import { isLive } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import type { Run } from "../model/run.ts";
import type { Task } from "../model/task.ts";
import type { Book } from "./book.ts";
import { closeOpenQuestion } from "./close-question.ts";
import { endTask } from "./end-task.ts";
import { stoppedLease } from "./lease-clock.ts";
import { putBackOnBoard } from "./put-back.ts";
import { noteInProject } from "./subtasks.ts";

/** What becomes of a task whose run brought nothing: it ends and is refunded, or looks for somebody else. */
export type TaskAfterRun = "cancelled" | "released";

/** A task that was meant for one agent has nobody else to look for. */
export function afterRun({ intake, parentId }: Pick<Task, "parentId"> & { readonly intake: string }): TaskAfterRun {
  return intake === "direct" && parentId === null ? "cancelled" : "released";
}

/** The run is over, whatever it was at. */
export function endRun(book: Book, run: Run, state: "succeeded" | "failed" | "cancelled", failure: string | null): Run {
  const ended = { ...run, state, failure, endedAt: book.now };
  book.runs.replace(run.id, ended);
  return ended;
}

/** The run brought nothing, and its agent is let go: so its money ends too, exactly once. `actorId`: who wants it. */
export function endWithoutWork(
  book: Book,
  run: Run,
  { actorId, reason, task: after }: { readonly actorId: Id; readonly reason: string; readonly task: TaskAfterRun },
): Task {
  book.record(run.taskId, "run.failed", actorId, { runId: run.id, reason });
  const task = book.task(run.taskId);
  const assignment = book.assignmentsOf(task.id).find(({ id }) => id === run.assignmentId);
  if (assignment === undefined || !isLive(assignment.state)) return task;
  if (after === "cancelled") return endTask(book, task, "cancelled", null);
  closeOpenQuestion(book, assignment);
  const released = { state: "released", ...stoppedLease, openQuestionId: null, endedAt: book.now } as const;
  book.changeAssignment(assignment, released);
  const { id: assignmentId, workerId } = assignment;
  book.record(task.id, "task.released", actorId, { assignmentId, workerId, reason });
  noteInProject(book, task, "member.dropped", actorId, { assignmentId, workerId });
  return putBackOnBoard(book, book.task(task.id));
}
