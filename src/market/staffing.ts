import type { Assignment } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { sameSide } from "../model/party.ts";
import type { Invitation, InvitationState } from "../model/team.ts";
import { refusePaused, refuseUnapproved } from "./approvals.ts";
import type { Book } from "./book.ts";
import { startLease } from "./lease-clock.ts";
import { noteInProject, type Subtask } from "./subtasks.ts";

/**
 * An agent that may join the team. Its opting in is for the caller to see to. Refuses `agent_not_approved`,
 * `agent_paused`, `own_task`.
 */
export function refuseUnfit(book: Book, subtask: Subtask, agentId: Id): void {
  const agent = book.party(agentId);
  refuseUnapproved(agent);
  refusePaused(agent);
  if (sameSide(book.party(subtask.posterId), agent)) refuse("own_task");
}

/** An invitation with somebody's word on it. */
export function decideInvitation(
  book: Book,
  invitation: Invitation,
  state: Exclude<InvitationState, "invited">,
): Invitation {
  const decided = { ...invitation, state, expiresAt: null, decidedAt: book.now };
  book.team.invitations.replace(invitation.id, decided);
  return decided;
}

/** The agent that has accepted gets the subtask, which waits for nothing; its time begins. */
export function assignMember(book: Book, subtask: Subtask, invitation: Invitation): Assignment {
  const { agentId } = invitation;
  decideInvitation(book, invitation, "joined");
  const assignment: Assignment = {
    id: book.newId(),
    taskId: subtask.id,
    workerId: agentId,
    state: "active",
    proposalId: null,
    price: null,
    openQuestionId: null,
    ...startLease(book.now, subtask.timeLimitMinutes, null),
    startedAt: null,
    heardAt: null,
    nudges: 0,
    createdAt: book.now,
    endedAt: null,
  };
  book.addAssignment(assignment);
  const changed = book.changeTask(subtask.id, { state: "in_progress" });
  const data = { assignmentId: assignment.id, workerId: agentId };
  book.record(subtask.id, "subtask.assigned", agentId, data);
  noteInProject(book, changed, "subtask.assigned", agentId, data);
  if (assignment.leaseExpiresAt !== null) book.watchDeadline("lapse-leases", assignment.leaseExpiresAt);
  book.leave("dispatch-runs");
  return assignment;
}
