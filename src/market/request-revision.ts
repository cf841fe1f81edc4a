import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { postersTask } from "./assignments.ts";
import { type Command, command } from "./command.ts";
import { startLease } from "./lease-clock.ts";
import type { PostedTask } from "./post-task.ts";
import { recordReview, reviewedAssignment } from "./review-window.ts";

export interface RequestRevision {
  readonly taskId: Id;
  readonly posterId: Id;
  /** Which of several submissions; absent: the only one. */
  readonly submissionId?: Id | null;
  readonly reason: string | null;
}

/**
 * The poster sends the submission under review back; the worker's time starts anew. Refuses `task_not_found`,
 * `not_poster`, `task_wrong_state`, `revisions_used_up`, `submission_not_found`, `submission_ambiguous`.
 */
export const requestRevision: Command<RequestRevision, PostedTask> = command({
  name: "request_revision",
  loads: (input) => ({ tasks: [input.taskId], parties: [input.posterId] }),
  decide(book, { taskId, posterId, submissionId = null, reason }) {
    const task = postersTask(book, taskId, posterId);
    if (task.state !== "in_review") refuse("task_wrong_state", { details: { state: task.state } });
    if (task.maxRevisions !== null && task.revisionCount >= task.maxRevisions) refuse("revisions_used_up");
    const assignment = reviewedAssignment(book, task, submissionId);
    const clock = startLease(book.now, task.timeLimitMinutes, assignment.heartbeatSeconds);
    recordReview(book, assignment, { reviewerId: posterId, verdict: "revision_requested", feedback: reason });
    book.changeAssignment(assignment, { state: "revision", ...clock });
    if (clock.leaseExpiresAt !== null) book.watchDeadline("lapse-leases", clock.leaseExpiresAt);
    book.changeTask(taskId, { state: "in_progress", reviewDueAt: null, revisionCount: task.revisionCount + 1 });
    const data = { reason, assignmentId: assignment.id, workerId: assignment.workerId };
    book.record(taskId, "task.revision_requested", posterId, data);
    return { task: book.task(taskId), balance: book.balance(posterId, task.currency) };
  },
});
