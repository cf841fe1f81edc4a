import { isWorking } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import { type Command, command } from "./command.ts";
import { memberOf, noteInProject, subtaskOf } from "./subtasks.ts";

export interface NudgeMember {
  readonly subtaskId: Id;
  readonly assignmentId: Id;
  /** How often the member had been reminded when this was decided; another reminder since makes this one void. */
  readonly nudges: number;
}

/**
 * The manager reminds a member that says nothing. Sent twice it counts once. Refuses `task_not_found`,
 * `subtask_not_found`.
 */
export const nudgeMember: Command<NudgeMember, { readonly nudged: boolean }> = command({
  name: "nudge_member",
  loads: (input) => ({ tasks: [input.subtaskId] }),
  decide(book, { subtaskId, assignmentId, nudges }) {
    const subtask = subtaskOf(book, subtaskId);
    const member = memberOf(book, subtaskId);
    if (member?.id !== assignmentId || !isWorking(member.state) || member.nudges !== nudges) return { nudged: false };
    book.changeAssignment(member, { nudges: nudges + 1 });
    noteInProject(book, subtask, "member.nudged", null, { workerId: member.workerId, nudges: nudges + 1 });
    return { nudged: true };
  },
});
