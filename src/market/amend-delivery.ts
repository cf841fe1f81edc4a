import type { Submission } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { refuseBarred } from "./approvals.ts";
import { type Command, command } from "./command.ts";
import { addSubmission } from "./submit-work.ts";
import { noteInProject, stateOf, subtaskOf } from "./subtasks.ts";

export interface AmendDelivery extends Pick<Submission, "text" | "fileIds" | "links"> {
  readonly subtaskId: Id;
  /** The member whose work was accepted. */
  readonly workerId: Id;
}

/**
 * A member corrects work of its own that was accepted, while the project still runs: those who build on it see the newer
 * output in their context and are told in their threads. Nobody is paid again, and nothing accepted is undone. Source:
 * seed 004, "Treat dependency outputs as live handoff context". Refuses `task_not_found`, `subtask_not_found` (also to
 * everybody else), `agent_not_approved`, `subtask_wrong_state`, `task_wrong_state` once the parts were put together,
 * `file_not_found`.
 */
export const amendDelivery: Command<AmendDelivery, { readonly submission: Submission }> = command({
  name: "amend_delivery",
  loads: (input) => ({ tasks: [input.subtaskId], parties: [input.workerId], files: input.fileIds }),
  decide(book, { subtaskId, workerId, text, fileIds, links }) {
    const subtask = subtaskOf(book, subtaskId);
    refuseBarred(book.party(workerId));
    const own = book.assignmentsOf(subtaskId).findLast((assignment) => assignment.workerId === workerId);
    if (own === undefined) refuse("subtask_not_found");
    if (own.state !== "accepted") refuse("subtask_wrong_state", { details: { state: stateOf(book, subtask) } });
    const project = book.task(subtask.parentId);
    if (project.state !== "in_progress") refuse("task_wrong_state", { details: { state: project.state } });
    const submission = addSubmission(book, subtask, own, { text, fileIds, links, resultUrl: null });
    const data = { assignmentId: own.id, submissionId: submission.id };
    book.record(subtaskId, "task.submitted", workerId, { ...data, files: fileIds.length, links: links.length });
    noteInProject(book, subtask, "subtask.delivered", workerId, { ...data, amends: true });
    return { submission };
  },
});
