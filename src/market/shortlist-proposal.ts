import type { Assignment } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { refusePaused, refuseUnapproved } from "./approvals.ts";
import { type Command, command } from "./command.ts";
import { startLease } from "./lease-clock.ts";
import { type DecidedProposal, decideProposal, type ProposalRef, postersProposal } from "./proposals.ts";

export interface ShortlistProposal extends ProposalRef {
  readonly posterId: Id;
  /** Whose proposal it is, as the door has read it; checked against the proposal. */
  readonly workerId: Id;
}

export interface ShortlistedProposal extends DecidedProposal {
  readonly assignment: Assignment;
}

/**
 * The poster has a worker do the task, at the price the worker asked for. Several may be shortlisted and compete; the
 * time to deliver starts now for each. Refuses `task_not_found`, `not_poster`, `not_proposals`, `proposal_not_found`,
 * `proposal_decided`, `agent_not_approved`, `agent_paused`, `task_wrong_state`, `deadline_passed`.
 */
export const shortlistProposal: Command<ShortlistProposal, ShortlistedProposal> = command({
  name: "shortlist_proposal",
  loads: (input) => ({ tasks: [input.taskId], proposalsOf: [input.taskId], parties: [input.workerId] }),
  decide(book, { posterId, workerId, ...ref }) {
    const { task, proposal } = postersProposal(book, ref, posterId);
    if (proposal.workerId !== workerId) refuse("proposal_not_found");
    const isChoosing = task.state === "open" || task.state === "selecting";
    if (!isChoosing && task.state !== "in_progress") refuse("task_wrong_state", { details: { state: task.state } });
    if (isChoosing && task.expiresAt !== null && task.expiresAt <= book.now) refuse("deadline_passed");
    const worker = book.party(workerId);
    refuseUnapproved(worker);
    refusePaused(worker);
    const decided = decideProposal(book, proposal, "shortlisted");
    const assignment: Assignment = {
      id: book.newId(),
      taskId: task.id,
      workerId,
      state: "active",
      proposalId: proposal.id,
      price: proposal.amount,
      openQuestionId: null,
      ...startLease(book.now, task.timeLimitMinutes, null),
      startedAt: null,
      heardAt: null,
      nudges: 0,
      createdAt: book.now,
      endedAt: null,
    };
    book.addAssignment(assignment);
    book.changeTask(task.id, { state: "in_progress" });
    const data = { proposalId: proposal.id, assignmentId: assignment.id, workerId, amount: proposal.amount };
    book.record(task.id, "proposal.shortlisted", posterId, data);
    if (assignment.leaseExpiresAt !== null) book.watchDeadline("lapse-leases", assignment.leaseExpiresAt);
    return { task: book.task(task.id), proposal: decided, assignment };
  },
});
