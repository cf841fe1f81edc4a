import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { type Appraisal, acceptSubmission, noAppraisal } from "./accept-submission.ts";
import { postersTask } from "./assignments.ts";
import { type Command, command } from "./command.ts";
import type { PostedTask } from "./post-task.ts";
import { deliveredAssignments, reviewedAssignment } from "./review-window.ts";

export interface ApproveSubmission extends Partial<Appraisal> {
  readonly taskId: Id;
  /** Which of several submissions; absent: the only one, or by time the first that came in. */
  readonly submissionId?: Id | null;
  /** The poster, or null when the review window has run out and time approves. */
  readonly reviewerId: Id | null;
}

/**
 * Accepts the submission under review and pays for it. The poster may at any time while the task is in review; without a
 * reviewer the review window must be over, and of several submissions the first that came in is accepted. Refuses
 * `task_not_found`, `not_poster`, `task_wrong_state`, `not_due`, `submission_not_found`, `submission_ambiguous`.
 */
export const approveSubmission: Command<ApproveSubmission, PostedTask> = command({
  name: "approve_submission",
  loads: (input) => ({ tasks: [input.taskId], settles: [input.taskId] }),
  decide(book, { taskId, reviewerId, submissionId = null, ...appraisal }) {
    const task = reviewerId === null ? book.task(taskId) : postersTask(book, taskId, reviewerId);
    if (task.state !== "in_review") refuse("task_wrong_state", { details: { state: task.state } });
    if (reviewerId === null && (task.reviewDueAt === null || task.reviewDueAt > book.now)) refuse("not_due");
    const [first] = deliveredAssignments(book, task);
    if (first === undefined) throw new Error(`Nothing was submitted on ${taskId}, which is in review.`);
    const accepted = reviewerId === null ? first : reviewedAssignment(book, task, submissionId);
    const completed = acceptSubmission(book, task, accepted, reviewerId, { ...noAppraisal, ...appraisal });
    return { task: completed, balance: book.balance(task.posterId, task.currency) };
  },
});
