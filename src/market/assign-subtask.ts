import type { Assignment } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { refusePaused, refuseUnapproved } from "./approvals.ts";
import { type Command, command } from "./command.ts";
import { assignMember } from "./staffing.ts";
import { refuseUnlessIn, subtaskOf } from "./subtasks.ts";

export interface AssignSubtask {
  readonly subtaskId: Id;
  /** Who has accepted the invitation, as the caller has read it. */
  readonly agentId: Id;
}

/**
 * A subtask that has become ready goes to the agent that waits for it. Refuses `task_not_found`, `subtask_not_found`,
 * `subtask_wrong_state`, `invitation_not_found`, `agent_not_approved`, `agent_paused`.
 */
export const assignSubtask: Command<AssignSubtask, { readonly assignment: Assignment }> = command({
  name: "assign_subtask",
  loads: (input) => ({ tasks: [input.subtaskId], invitationsOf: [input.subtaskId], parties: [input.agentId] }),
  decide(book, { subtaskId, agentId }) {
    const subtask = subtaskOf(book, subtaskId);
    refuseUnlessIn(book, subtask, ["ready"]);
    const invitation = book.team.currentInvitation(subtaskId);
    if (invitation?.state !== "accepted" || invitation.agentId !== agentId) refuse("invitation_not_found");
    const agent = book.party(agentId);
    refuseUnapproved(agent);
    refusePaused(agent);
    return { assignment: assignMember(book, subtask, invitation) };
  },
});
