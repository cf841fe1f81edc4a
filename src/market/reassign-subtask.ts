import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { postersTask } from "./assignments.ts";
import { type Command, command } from "./command.ts";
import { letMemberGo } from "./drop-member.ts";
import { memberOf, stateOf, subtaskOf } from "./subtasks.ts";
import { takeBack } from "./withdraw-invitation.ts";

export interface ReassignSubtask {
  readonly subtaskId: Id;
  readonly buyerId: Id;
  readonly reason: string;
}

/**
 * The buyer wants somebody else to do a subtask: whoever has it by now, waits for it or was asked, no longer does. Refuses
 * `task_not_found`, `not_poster`, `subtask_not_found`, `subtask_wrong_state` when it was handed in, or nobody has it.
 */
export const reassignSubtask: Command<ReassignSubtask, { readonly subtask: Task }> = command({
  name: "reassign_subtask",
  loads: ({ subtaskId }) => ({ tasks: [subtaskId], settles: [subtaskId], invitationsOf: [subtaskId] }),
  decide(book, { subtaskId, buyerId, reason }) {
    const subtask = subtaskOf(book, subtaskId);
    postersTask(book, subtaskId, buyerId);
    const member = memberOf(book, subtaskId);
    if (member !== undefined) return { subtask: letMemberGo(book, subtask, member, buyerId, reason) };
    const invitation = book.team.currentInvitation(subtaskId);
    if (invitation === undefined) {
      const state = stateOf(book, subtask);
      refuse("subtask_wrong_state", { message: "Nobody has this subtask.", details: { state } });
    }
    takeBack(book, subtask, invitation, buyerId);
    return { subtask: book.task(subtaskId) };
  },
});
