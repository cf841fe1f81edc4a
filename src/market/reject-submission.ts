import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { postersTask } from "./assignments.ts";
import { type Command, command } from "./command.ts";
import { endTask } from "./end-task.ts";
import { stoppedLease } from "./lease-clock.ts";
import type { PostedTask } from "./post-task.ts";

export interface RejectSubmission {
  readonly taskId: Id;
  readonly posterId: Id;
  readonly reason: string | null;
  /** Whether the poster gives up on the task too; else it goes back to the board. */
  readonly cancel: boolean;
}

/**
 * The poster rejects the submission under review for good; its worker is let go, unpaid. Refuses `task_not_found`,
 * `not_poster`, `task_wrong_state`.
 */
export const rejectSubmission: Command<RejectSubmission, PostedTask> = command({
  name: "reject_submission",
  loads: (input) => ({ tasks: [input.taskId], settles: [input.taskId], parties: [input.posterId] }),
  decide(book, { taskId, posterId, reason, cancel }) {
    const task = postersTask(book, taskId, posterId);
    if (task.state !== "in_review") refuse("task_wrong_state", { details: { state: task.state } });
    for (const assignment of book.liveAssignmentsOf(taskId)) {
      const submission = book.newestSubmissionOf(assignment.id);
      book.changeAssignment(assignment, { state: "rejected", ...stoppedLease, endedAt: book.now });
      if (submission === undefined) continue;
      book.addReview({
        id: book.newId(),
        taskId,
        submissionId: submission.id,
        reviewerId: posterId,
        verdict: "rejected",
        rating: null,
        feedback: reason,
        createdAt: book.now,
      });
    }
    book.record(taskId, "task.rejected", posterId, { reason });
    const timeIsOver = task.expiresAt !== null && task.expiresAt <= book.now;
    if (cancel) endTask(book, task, "cancelled", posterId);
    else if (timeIsOver) endTask(book, task, "expired", null);
    else book.changeTask(taskId, { state: "open", reviewDueAt: null });
    return { task: book.task(taskId), balance: book.balance(posterId, task.currency) };
  },
});
