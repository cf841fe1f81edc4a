import { type Assignment, isWorking, type Submission } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { addHours } from "../model/instant.ts";
import type { Task } from "../model/task.ts";
import { acceptSubmission } from "./accept-submission.ts";
import type { Book } from "./book.ts";
import type { WorkedTask } from "./claim-task.ts";
import { type Command, command } from "./command.ts";

export interface SubmitWork {
  readonly taskId: Id;
  readonly workerId: Id;
  readonly text: string;
}

export interface SubmittedWork extends WorkedTask {
  readonly submission: Submission;
}

/**
 * The worker hands in. With automatic review this also accepts the work and pays for it, in the same commit.
 * Refuses `task_not_found`, `not_assignee`, `lease_lost`, `task_wrong_state`.
 */
export const submitWork: Command<SubmitWork, SubmittedWork> = command({
  name: "submit_work",
  loads: (input) => ({ tasks: [input.taskId], settles: [input.taskId], parties: [input.workerId] }),
  decide(book, { taskId, workerId, text }) {
    const task = book.task(taskId);
    const assignment = workingAssignment(book, task, workerId);
    const submission: Submission = {
      id: book.newId(),
      assignmentId: assignment.id,
      taskId,
      workerId,
      text,
      createdAt: book.now,
    };
    book.addSubmission(submission);
    const submitted = book.changeAssignment(assignment, { state: "submitted", leaseExpiresAt: null });
    book.record(taskId, "task.submitted", workerId, { assignmentId: assignment.id, submissionId: submission.id });
    const left = book.liveAssignmentsOf(taskId).some((live) => isWorking(live.state));
    if (!left) moveToReview(book, task, submitted);
    const final = book.assignmentsOf(taskId).find((each) => each.id === assignment.id) ?? submitted;
    return { task: book.task(taskId), assignment: final, submission, balance: book.balance(workerId, task.currency) };
  },
});

/** The assignment under which this worker may hand in now. */
function workingAssignment(book: Book, task: Task, workerId: Id): Assignment {
  const own = book.assignmentsOf(task.id).filter((assignment) => assignment.workerId === workerId);
  const newest = own.at(-1) ?? refuseStranger(task, workerId);
  if (newest.state === "lapsed" || newest.state === "released") refuse("lease_lost");
  if (!isWorking(newest.state)) refuse("task_wrong_state", { details: { state: task.state } });
  // A lease that has run out is over even if the job that ends it has not come round yet.
  if (newest.leaseExpiresAt !== null && newest.leaseExpiresAt <= book.now) refuse("lease_lost");
  return newest;
}

/** A stranger's private task reads as absent, never as forbidden (3-domain, "Rules everywhere"). */
function refuseStranger(task: Task, workerId: Id): never {
  return refuse(task.visibility === "private" && task.posterId !== workerId ? "task_not_found" : "not_assignee");
}

function moveToReview(book: Book, task: Task, submitted: Assignment): void {
  if (task.reviewPolicy === "auto") {
    acceptSubmission(book, task, submitted, null);
    return;
  }
  const reviewDueAt = addHours(book.now, task.reviewHours);
  book.changeTask(task.id, { state: "in_review", reviewDueAt });
  book.watchDeadline("approve-overdue", reviewDueAt);
}
