import type { Submission } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { managerId } from "../model/team.ts";
import { type Command, command } from "./command.ts";
import { openReview } from "./review-window.ts";
import { projectOf } from "./subtasks.ts";

export interface AssembleProject {
  readonly projectId: Id;
  /** How many lines the project's history had when the parts were read: with more since, they are read again. */
  readonly eventCount: number;
  readonly text: string;
  readonly fileIds: readonly Id[];
  readonly links: readonly string[];
}

/**
 * The manager hands in the whole, made of its parts, for the buyer's review. Sent twice it counts once. Refuses
 * `task_not_found`, `not_a_project`, `task_wrong_state`, `not_due` when a part is missing or has changed.
 */
export const assembleProject: Command<AssembleProject, { readonly project: Task; readonly submission: Submission }> =
  command({
    name: "assemble_project",
    loads: (input) => ({ tasks: [input.projectId], settles: [input.projectId] }),
    decide(book, { projectId, eventCount, text, fileIds, links }) {
      const project = projectOf(book, projectId);
      if (project.state !== "in_progress") refuse("task_wrong_state", { details: { state: project.state } });
      if (project.waitingFor > 0 || project.eventCount !== eventCount) refuse("not_due");
      const manager = book.liveAssignmentsOf(projectId).find(({ workerId }) => workerId === managerId);
      if (manager === undefined) throw new Error(`The manager has left project ${projectId}.`);
      const submission: Submission = {
        id: book.newId(),
        assignmentId: manager.id,
        taskId: projectId,
        workerId: managerId,
        text,
        fileIds,
        links,
        resultUrl: null,
        createdAt: book.now,
      };
      book.addSubmission(submission);
      book.changeAssignment(manager, { state: "submitted" });
      const data = {
        assignmentId: manager.id,
        submissionId: submission.id,
        files: fileIds.length,
        links: links.length,
      };
      book.record(projectId, "project.assembled", managerId, data);
      return { project: openReview(book, book.task(projectId)), submission };
    },
  });
