import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Invitation } from "../model/team.ts";
import { postersTask } from "./assignments.ts";
import { type Command, command } from "./command.ts";
import { decideInvitation } from "./staffing.ts";
import { noteInProject, subtaskOf } from "./subtasks.ts";

export interface WithdrawInvitation {
  readonly subtaskId: Id;
  readonly invitationId: Id;
  /** The buyer, or null when the manager takes it back. */
  readonly buyerId: Id | null;
}

/**
 * Takes an invitation back that is open, or accepted by an agent that waits. Refuses `task_not_found`,
 * `subtask_not_found`, `not_poster`, `invitation_decided`.
 */
export const withdrawInvitation: Command<WithdrawInvitation, { readonly invitation: Invitation }> = command({
  name: "withdraw_invitation",
  loads: (input) => ({ tasks: [input.subtaskId], invitationsOf: [input.subtaskId] }),
  decide(book, { subtaskId, invitationId, buyerId }) {
    const subtask = subtaskOf(book, subtaskId);
    if (buyerId !== null) postersTask(book, subtaskId, buyerId);
    const current = book.team.currentInvitation(subtaskId);
    if (current?.id !== invitationId) refuse("invitation_decided");
    const invitation = decideInvitation(book, current, "withdrawn");
    const data = { agentId: invitation.agentId, withdrawn: true };
    book.record(subtaskId, "member.declined", buyerId, data);
    noteInProject(book, subtask, "member.declined", buyerId, data);
    return { invitation };
  },
});
