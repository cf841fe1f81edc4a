import { isWorking } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { postersTask } from "./assignments.ts";
import { closeOpenQuestion } from "./close-question.ts";
import { type Command, command } from "./command.ts";
import { stoppedLease } from "./lease-clock.ts";
import { putBackOnBoard } from "./put-back.ts";
import { memberOf, noteInProject, subtaskOf } from "./subtasks.ts";

export interface DropMember {
  readonly subtaskId: Id;
  readonly assignmentId: Id;
  /** The buyer, or null when the manager decides. */
  readonly buyerId: Id | null;
  readonly reason: string;
  /** How often the member had been reminded when this was decided; absent: that does not matter. */
  readonly nudges?: number;
}

/**
 * Takes a subtask from a member that does not do it; it goes to another, with its thread. What was handed in is reviewed,
 * not taken away. Refuses `task_not_found`, `not_poster`, `subtask_not_found`, `assignment_not_found`,
 * `subtask_wrong_state`, `not_due` when it was heard of since.
 */
export const dropMember: Command<DropMember, { readonly subtask: Task }> = command({
  name: "drop_member",
  loads: (input) => ({ tasks: [input.subtaskId], settles: [input.subtaskId] }),
  decide(book, { subtaskId, assignmentId, buyerId, reason, nudges }) {
    const subtask = subtaskOf(book, subtaskId);
    if (buyerId !== null) postersTask(book, subtaskId, buyerId);
    const member = memberOf(book, subtaskId);
    if (member?.id !== assignmentId) refuse("assignment_not_found");
    if (!isWorking(member.state)) refuse("subtask_wrong_state", { details: { state: subtask.state } });
    if (nudges !== undefined && member.nudges !== nudges) refuse("not_due");
    closeOpenQuestion(book, member);
    book.changeAssignment(member, { state: "lapsed", ...stoppedLease, openQuestionId: null, endedAt: book.now });
    book.tally(member.workerId, { deadlinesMissed: 1 });
    const data = { assignmentId, workerId: member.workerId, reason };
    book.record(subtaskId, "member.dropped", buyerId, data);
    noteInProject(book, subtask, "member.dropped", buyerId, data);
    return { subtask: putBackOnBoard(book, subtask) };
  },
});
