import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { type Appraisal, acceptSubmission } from "./accept-submission.ts";
import { postersTask } from "./assignments.ts";
import { type Command, command } from "./command.ts";
import type { PostedTask } from "./post-task.ts";

export interface ApproveSubmission extends Partial<Appraisal> {
  readonly taskId: Id;
  /** The poster, or null when the review window has run out and time approves. */
  readonly reviewerId: Id | null;
}

/**
 * Accepts the submission under review and pays for it. The poster may at any time while the task is in review; without a
 * reviewer the review window must be over. Refuses `task_not_found`, `not_poster`, `task_wrong_state`, `not_due`.
 */
export const approveSubmission: Command<ApproveSubmission, PostedTask> = command({
  name: "approve_submission",
  loads: (input) => ({ tasks: [input.taskId], settles: [input.taskId] }),
  decide(book, { taskId, reviewerId, rating = null, feedback = null }) {
    const task = reviewerId === null ? book.task(taskId) : postersTask(book, taskId, reviewerId);
    if (task.state !== "in_review") refuse("task_wrong_state", { details: { state: task.state } });
    if (reviewerId === null && (task.reviewDueAt === null || task.reviewDueAt > book.now)) refuse("not_due");
    const submitted = book.liveAssignmentsOf(taskId).find((assignment) => assignment.state === "submitted");
    if (submitted === undefined) refuse("task_wrong_state", { details: { state: task.state } });
    const completed = acceptSubmission(book, task, submitted, reviewerId, { rating, feedback });
    return { task: completed, balance: book.balance(task.posterId, task.currency) };
  },
});
