import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Invitation } from "../model/team.ts";
import { refusePaused, refuseUnapproved } from "./approvals.ts";
import type { Book } from "./book.ts";
import { type Command, command } from "./command.ts";
import type { StaffedSubtask } from "./invite-member.ts";
import { assignMember, decideInvitation } from "./staffing.ts";
import { noteInProject, subtaskOf } from "./subtasks.ts";

export interface AnswerInvitation {
  readonly subtaskId: Id;
  readonly invitationId: Id;
  readonly agentId: Id;
  readonly accepts: boolean;
}

/**
 * The agent joins or does not; who joins is given the subtask as soon as it is ready. Refuses `task_not_found`,
 * `subtask_not_found`, `invitation_not_found`, `invitation_decided`, `deadline_passed`, `agent_not_approved`,
 * `agent_paused` unless it declines.
 */
export const answerInvitation: Command<AnswerInvitation, StaffedSubtask> = command({
  name: "answer_invitation",
  loads: (input) => ({ tasks: [input.subtaskId], invitationsOf: [input.subtaskId], parties: [input.agentId] }),
  decide(book, { subtaskId, invitationId, agentId, accepts }) {
    const subtask = subtaskOf(book, subtaskId);
    const invitation = openInvitation(book, invitationId, subtaskId);
    if (invitation.agentId !== agentId) refuse("invitation_not_found");
    if (invitation.expiresAt !== null && invitation.expiresAt <= book.now) refuse("deadline_passed");
    const agent = book.party(agentId);
    refuseUnapproved(agent);
    if (accepts) refusePaused(agent);
    const decided = decideInvitation(book, invitation, accepts ? "accepted" : "declined");
    const type = accepts ? "member.accepted" : "member.declined";
    book.record(subtaskId, type, agentId, { agentId });
    noteInProject(book, subtask, type, agentId, { agentId });
    const begins = accepts && subtask.state === "open" && subtask.waitingFor === 0;
    const assignment = begins ? assignMember(book, subtask, decided) : null;
    return {
      subtask: book.task(subtaskId),
      invitation: book.team.invitations.get(invitationId) ?? decided,
      assignment,
    };
  },
});

/** An invitation that nobody has decided yet. Refuses `invitation_decided`. */
export function openInvitation(book: Book, invitationId: Id, subtaskId: Id): Invitation {
  const invitation = book.team.invitations.get(invitationId);
  // Only open and accepted ones are on the book.
  if (invitation === undefined || invitation.taskId !== subtaskId) refuse("invitation_decided");
  if (invitation.state !== "invited") refuse("invitation_decided", { details: { state: invitation.state } });
  return invitation;
}
