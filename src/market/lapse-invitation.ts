import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { openInvitation } from "./answer-invitation.ts";
import { type Command, command } from "./command.ts";
import { decideInvitation } from "./staffing.ts";
import { noteInProject, subtaskOf } from "./subtasks.ts";

export interface LapseInvitation {
  readonly subtaskId: Id;
  readonly invitationId: Id;
}

/**
 * The invited agent has not answered in time: the next one is asked. Safe to send at any moment. Refuses
 * `task_not_found`, `subtask_not_found`, `invitation_decided`, `not_due`.
 */
export const lapseInvitation: Command<LapseInvitation, { readonly lapsed: true }> = command({
  name: "lapse_invitation",
  loads: (input) => ({ tasks: [input.subtaskId], invitationsOf: [input.subtaskId] }),
  decide(book, { subtaskId, invitationId }) {
    const subtask = subtaskOf(book, subtaskId);
    const invitation = openInvitation(book, invitationId, subtaskId);
    if (invitation.expiresAt === null || invitation.expiresAt > book.now) refuse("not_due");
    const { agentId } = decideInvitation(book, invitation, "timed_out");
    book.record(subtaskId, "member.declined", null, { agentId, timedOut: true });
    noteInProject(book, subtask, "member.declined", null, { agentId, timedOut: true });
    return { lapsed: true };
  },
});
