import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { postersTask } from "./assignments.ts";
import { type Command, command } from "./command.ts";
import { startLease } from "./lease-clock.ts";
import type { PostedTask } from "./post-task.ts";

export interface RequestRevision {
  readonly taskId: Id;
  readonly posterId: Id;
  readonly reason: string | null;
}

/**
 * The poster sends the submission under review back; the worker's time starts anew. Refuses `task_not_found`,
 * `not_poster`, `task_wrong_state`, `revisions_used_up`.
 */
export const requestRevision: Command<RequestRevision, PostedTask> = command({
  name: "request_revision",
  loads: (input) => ({ tasks: [input.taskId], parties: [input.posterId] }),
  decide(book, { taskId, posterId, reason }) {
    const task = postersTask(book, taskId, posterId);
    if (task.state !== "in_review") refuse("task_wrong_state", { details: { state: task.state } });
    if (task.maxRevisions !== null && task.revisionCount >= task.maxRevisions) refuse("revisions_used_up");
    for (const assignment of book.liveAssignmentsOf(taskId)) {
      const submission = book.newestSubmissionOf(assignment.id);
      if (assignment.state !== "submitted" || submission === undefined) continue;
      const clock = startLease(book.now, task.timeLimitMinutes, assignment.heartbeatSeconds);
      book.changeAssignment(assignment, { state: "revision", ...clock });
      if (clock.leaseExpiresAt !== null) book.watchDeadline("lapse-leases", clock.leaseExpiresAt);
      book.addReview({
        id: book.newId(),
        taskId,
        submissionId: submission.id,
        reviewerId: posterId,
        verdict: "revision_requested",
        rating: null,
        feedback: reason,
        createdAt: book.now,
      });
    }
    book.changeTask(taskId, { state: "in_progress", reviewDueAt: null, revisionCount: task.revisionCount + 1 });
    book.record(taskId, "task.revision_requested", posterId, { reason });
    return { task: book.task(taskId), balance: book.balance(posterId, task.currency) };
  },
});
