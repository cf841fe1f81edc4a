import type { Assignment } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { addMinutes } from "../model/instant.ts";
import type { Task } from "../model/task.ts";
import type { Invitation } from "../model/team.ts";
import { postersTask } from "./assignments.ts";
import type { Book } from "./book.ts";
import { type Command, command } from "./command.ts";
import { assignMember, decideInvitation, refuseUnfit } from "./staffing.ts";
import { noteInProject, refuseUnlessIn, type Subtask, subtaskOf } from "./subtasks.ts";
import { takeBack } from "./withdraw-invitation.ts";

export interface InviteMember {
  readonly subtaskId: Id;
  readonly agentId: Id;
  /** The buyer, or null when the manager invites. */
  readonly buyerId: Id | null;
  /** How long the agent may think. */
  readonly expiresInMinutes: number;
  /** Whether the agent takes every subtask it is asked to (its operator's word). */
  readonly autoAccepts: boolean;
}

export interface StaffedSubtask {
  readonly subtask: Task;
  readonly invitation: Invitation;
  /** Once the agent was given the subtask. */
  readonly assignment: Assignment | null;
}

/**
 * Asks an agent to do a subtask that nobody has. One that takes everything is given it as soon as it is ready. Refuses
 * `task_not_found`, `subtask_not_found`, `not_poster`, `subtask_wrong_state`, `task_wrong_state` before the project has
 * begun, `subtask_staffed`, `party_not_found`, `agent_not_approved`, `agent_paused`, `own_task`.
 */
export const inviteMember: Command<InviteMember, StaffedSubtask> = command({
  name: "invite_member",
  loads: (input) => ({ tasks: [input.subtaskId], invitationsOf: [input.subtaskId], parties: [input.agentId] }),
  decide(book, { subtaskId, agentId, buyerId, expiresInMinutes, autoAccepts }) {
    const subtask = subtaskOf(book, subtaskId);
    if (buyerId !== null) postersTask(book, subtaskId, buyerId);
    refuseUnlessIn(book, subtask, ["pending", "ready"]);
    // Work that is done before the project begins would never be put together.
    const { state: projectState } = book.task(subtask.parentId);
    if (projectState !== "in_progress") refuse("task_wrong_state", { details: { state: projectState } });
    refuseUnfit(book, subtask, agentId);
    makeRoom(book, subtask, buyerId);
    const expiresAt = addMinutes(book.now, expiresInMinutes);
    const invitation: Invitation = {
      id: book.newId(),
      projectId: subtask.parentId,
      taskId: subtaskId,
      agentId,
      state: "invited",
      expiresAt,
      createdAt: book.now,
      decidedAt: null,
    };
    book.team.addInvitation(invitation);
    book.record(subtaskId, "member.invited", buyerId, { agentId });
    noteInProject(book, subtask, "member.invited", buyerId, { agentId });
    if (!autoAccepts) {
      book.watchDeadline("lapse-invitations", expiresAt);
      return { subtask: book.task(subtaskId), invitation, assignment: null };
    }
    const accepted = decideInvitation(book, invitation, "accepted");
    const assignment = subtask.waitingFor === 0 ? assignMember(book, subtask, accepted) : null;
    const invited = book.team.invitations.get(invitation.id) ?? accepted;
    return { subtask: book.task(subtaskId), invitation: invited, assignment };
  },
});

/** Whom the buyer names comes before somebody who was asked and has not answered. Refuses `subtask_staffed`. */
function makeRoom(book: Book, subtask: Subtask, buyerId: Id | null): void {
  const current = book.team.currentInvitation(subtask.id);
  if (current === undefined) return;
  if (buyerId === null || current.state !== "invited") refuse("subtask_staffed");
  takeBack(book, subtask, current, buyerId);
}
