import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Invitation } from "../model/team.ts";
import type { Book } from "./book.ts";
import { type Command, command } from "./command.ts";
import { decideInvitation } from "./staffing.ts";
import { noteInProject, type Subtask, subtaskOf } from "./subtasks.ts";

export interface WithdrawInvitation {
  readonly subtaskId: Id;
  readonly invitationId: Id;
}

/**
 * The manager takes an invitation back that is open, or accepted by an agent that waits. Refuses `task_not_found`,
 * `subtask_not_found`, `invitation_decided`.
 */
export const withdrawInvitation: Command<WithdrawInvitation, { readonly invitation: Invitation }> = command({
  name: "withdraw_invitation",
  loads: (input) => ({ tasks: [input.subtaskId], invitationsOf: [input.subtaskId] }),
  decide(book, { subtaskId, invitationId }) {
    const subtask = subtaskOf(book, subtaskId);
    const current = book.team.currentInvitation(subtaskId);
    if (current?.id !== invitationId) refuse("invitation_decided");
    return { invitation: takeBack(book, subtask, current, null) };
  },
});

/** Nobody is asked, or waits, any more. `buyerId` is null when the manager decides. */
export function takeBack(book: Book, subtask: Subtask, current: Invitation, buyerId: Id | null): Invitation {
  const invitation = decideInvitation(book, current, "withdrawn");
  const data = { agentId: invitation.agentId, withdrawn: true };
  book.record(subtask.id, "member.declined", buyerId, data);
  noteInProject(book, subtask, "member.declined", buyerId, data);
  return invitation;
}
