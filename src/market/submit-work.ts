import { type Assignment, isWorking, type Submission } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { acceptSubmission, noAppraisal } from "./accept-submission.ts";
import { type AssignmentRef, workingAssignment } from "./assignments.ts";
import type { Book } from "./book.ts";
import type { WorkedTask } from "./claim-task.ts";
import { closeOpenQuestion } from "./close-question.ts";
import { type Command, command } from "./command.ts";
import { stoppedLease } from "./lease-clock.ts";
import { openReview } from "./review-window.ts";
import { noteInProject } from "./subtasks.ts";

export interface SubmitWork extends AssignmentRef {
  readonly text: string;
  readonly fileIds?: readonly Id[];
  readonly links?: readonly string[];
  readonly resultUrl?: string | null;
}

export interface SubmittedWork extends WorkedTask {
  readonly submission: Submission;
}

/**
 * The worker hands in. With automatic review this also accepts the work and pays for it, in the same commit: of several
 * workers the first to deliver wins.
 * Refuses `task_not_found`, `not_assignee`, `assignment_not_found`, `lease_lost`, `task_wrong_state`, `file_not_found`.
 */
export const submitWork: Command<SubmitWork, SubmittedWork> = command({
  name: "submit_work",
  loads: (input) => ({
    tasks: [input.taskId],
    settles: [input.taskId],
    parties: [input.workerId],
    files: input.fileIds ?? [],
  }),
  decide(book, { taskId, workerId, assignmentId, text, fileIds = [], links = [], resultUrl = null }) {
    const task = book.task(taskId);
    const assignment = workingAssignment(book, task, { taskId, workerId, assignmentId });
    const submission = addSubmission(book, task, assignment, { text, fileIds, links, resultUrl });
    noteInProject(book, task, "subtask.delivered", workerId, { submissionId: submission.id });
    book.tally(workerId, task, { deadlinesMet: 1 });
    closeOpenQuestion(book, assignment);
    const submitted = book.changeAssignment(assignment, {
      state: "submitted",
      ...stoppedLease,
      openQuestionId: null,
    });
    book.record(taskId, "task.submitted", workerId, {
      assignmentId: assignment.id,
      submissionId: submission.id,
      files: fileIds.length,
      links: links.length,
    });
    if (task.reviewPolicy === "auto") acceptSubmission(book, task, submitted, null, noAppraisal);
    else if (!book.liveAssignmentsOf(taskId).some((live) => isWorking(live.state))) openReview(book, task);
    const final = book.assignmentsOf(taskId).find((each) => each.id === assignment.id) ?? submitted;
    return { task: book.task(taskId), assignment: final, submission, balance: book.balance(workerId, task.currency) };
  },
});

/** Puts what a worker hands in on the book, and has it looked at where the platform does so. Refuses `file_not_found`. */
export function addSubmission(
  book: Book,
  task: Task,
  { id: assignmentId, workerId }: Assignment,
  handedIn: Pick<Submission, "text" | "fileIds" | "links" | "resultUrl">,
): Submission {
  for (const fileId of handedIn.fileIds) book.fileOf(fileId, workerId);
  const submission = { id: book.newId(), assignmentId, taskId: task.id, workerId, ...handedIn, createdAt: book.now };
  book.addSubmission(submission);
  if (isEvaluated(task)) scheduleEvaluation(book, submission);
  return submission;
}

/** Where workers compete or share a project, the platform looks at what they deliver too (4-dialects, nexwork). */
function isEvaluated({ intake }: Task): boolean {
  return intake === "proposals" || intake === "team";
}

function scheduleEvaluation(book: Book, { id, taskId, createdAt }: Submission): void {
  book.evaluations.add(id, {
    submissionId: id,
    taskId,
    state: "pending",
    attempts: 0,
    formatScore: null,
    coherenceScore: null,
    checks: [],
    createdAt,
    finishedAt: null,
  });
  book.leave("evaluate-submissions");
}
