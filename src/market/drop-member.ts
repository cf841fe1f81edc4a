import { type Assignment, isWorking } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import type { Book } from "./book.ts";
import { closeOpenQuestion } from "./close-question.ts";
import { type Command, command } from "./command.ts";
import { stoppedLease } from "./lease-clock.ts";
import { putBackOnBoard } from "./put-back.ts";
import { memberOf, noteInProject, type Subtask, subtaskOf } from "./subtasks.ts";

export interface DropMember {
  readonly subtaskId: Id;
  readonly assignmentId: Id;
  readonly reason: string;
  /** How often the member had been reminded when this was decided; absent: that does not matter. */
  readonly nudges?: number;
}

/**
 * The manager takes a subtask from a member that does not do it; it goes to another, with its thread. What was handed in
 * is reviewed, not taken away. Refuses `task_not_found`, `subtask_not_found`, `assignment_not_found`,
 * `subtask_wrong_state`, `not_due` when it was heard of since.
 */
export const dropMember: Command<DropMember, { readonly subtask: Task }> = command({
  name: "drop_member",
  loads: (input) => ({ tasks: [input.subtaskId], settles: [input.subtaskId] }),
  decide(book, { subtaskId, assignmentId, reason, nudges }) {
    const subtask = subtaskOf(book, subtaskId);
    const member = memberOf(book, subtaskId);
    if (member?.id !== assignmentId) refuse("assignment_not_found");
    if (nudges !== undefined && isWorking(member.state) && member.nudges !== nudges) refuse("not_due");
    return { subtask: letMemberGo(book, subtask, member, null, reason) };
  },
});

/**
 * The member's time on the subtask is over; it is ready for another. `buyerId` is null when the manager decides. Refuses
 * `subtask_wrong_state` once it is handed in.
 */
export function letMemberGo(
  book: Book,
  subtask: Subtask,
  member: Assignment,
  buyerId: Id | null,
  reason: string,
): Task {
  if (!isWorking(member.state)) refuse("subtask_wrong_state", { details: { state: subtask.state } });
  closeOpenQuestion(book, member);
  book.changeAssignment(member, { state: "lapsed", ...stoppedLease, openQuestionId: null, endedAt: book.now });
  book.tally(member.workerId, subtask, { deadlinesMissed: 1 });
  const data = { assignmentId: member.id, workerId: member.workerId, reason };
  book.record(subtask.id, "member.dropped", buyerId, data);
  noteInProject(book, subtask, "member.dropped", buyerId, data);
  return putBackOnBoard(book, subtask);
}
