import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { isProject } from "../model/team.ts";
import { postersTask } from "./assignments.ts";
import { type Command, command } from "./command.ts";
import { endTask } from "./end-task.ts";
import { stoppedLease } from "./lease-clock.ts";
import type { PostedTask } from "./post-task.ts";
import { returnToBoard } from "./put-back.ts";
import { deliveredAssignments, recordReview, reviewedAssignment } from "./review-window.ts";

export interface RejectSubmission {
  readonly taskId: Id;
  readonly posterId: Id;
  /** Which of several submissions; absent: all of them. */
  readonly submissionId?: Id | null;
  readonly reason: string | null;
  /** Whether the poster gives up on the task too; else it goes back to the board. */
  readonly cancel: boolean;
}

/**
 * The poster rejects the submission under review for good; its worker is let go, unpaid. With others still to be judged
 * the review goes on. Refuses `task_not_found`, `not_poster`, `task_wrong_state`, `submission_not_found`.
 */
export const rejectSubmission: Command<RejectSubmission, PostedTask> = command({
  name: "reject_submission",
  loads: (input) => ({ tasks: [input.taskId], settles: [input.taskId], parties: [input.posterId] }),
  decide(book, { taskId, posterId, submissionId = null, reason, cancel }) {
    const task = postersTask(book, taskId, posterId);
    if (task.state !== "in_review") refuse("task_wrong_state", { details: { state: task.state } });
    if (isProject(task) && !cancel) {
      refuse("task_wrong_state", { message: "Ask for a revision of a project, or cancel it." });
    }
    if (task.parentId !== null && cancel) {
      refuse("task_wrong_state", { message: "A subtask is dropped by changing the plan, before its work has begun." });
    }
    const rejected =
      submissionId === null ? deliveredAssignments(book, task) : [reviewedAssignment(book, task, submissionId)];
    for (const assignment of rejected) {
      recordReview(book, assignment, { reviewerId: posterId, verdict: "rejected", feedback: reason });
      book.changeAssignment(assignment, { state: "rejected", ...stoppedLease, endedAt: book.now });
      book.tally(assignment.workerId, task, { rejected: 1 });
      const { id: assignmentId, workerId } = assignment;
      book.record(taskId, "task.rejected", posterId, { assignmentId, workerId, reason });
    }
    if (cancel) endTask(book, task, "cancelled", posterId);
    else if (book.liveAssignmentsOf(taskId).length === 0) returnToBoard(book, task);
    return { task: book.task(taskId), balance: book.balance(posterId, task.currency) };
  },
});
