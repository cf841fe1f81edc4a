import type { Assignment } from "../model/assignment.ts";
import { type AssignmentRef, workingAssignment } from "./assignments.ts";
import type { Book } from "./book.ts";
import { type Command, command } from "./command.ts";
import { noteInProject, type Subtask, subtaskOf } from "./subtasks.ts";

/**
 * A member has read its context for the first time: the work has begun. Again: nothing changes. Source: 4-dialects,
 * nexwork, "Subtasks". Refuses `task_not_found`, `subtask_not_found`, `not_assignee`, `lease_lost`, `task_wrong_state`.
 */
export const startSubtask: Command<AssignmentRef, { readonly assignment: Assignment }> = command({
  name: "start_subtask",
  loads: (input) => ({ tasks: [input.taskId], parties: [input.workerId] }),
  decide(book, ref) {
    const subtask = subtaskOf(book, ref.taskId);
    const assignment = workingAssignment(book, subtask, ref);
    return { assignment: hearMember(book, subtask, assignment) };
  },
});

/** The member was heard of: its work has begun, if it had not, and its silence is counted anew. */
export function hearMember(book: Book, subtask: Subtask, assignment: Assignment): Assignment {
  const heard = book.changeAssignment(assignment, {
    startedAt: assignment.startedAt ?? book.now,
    heardAt: book.now,
    nudges: 0,
  });
  if (assignment.startedAt === null) {
    const data = { assignmentId: assignment.id, workerId: assignment.workerId };
    book.record(subtask.id, "subtask.started", assignment.workerId, data);
    noteInProject(book, subtask, "subtask.started", assignment.workerId, data);
  }
  return heard;
}
