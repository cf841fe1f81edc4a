import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { type Command, command } from "./command.ts";
import { type DecidedProposal, decideProposal, type ProposalRef } from "./proposals.ts";

export interface WithdrawProposal extends ProposalRef {
  readonly workerId: Id;
}

/**
 * A worker takes its proposal back; the place is free again, but not for the same worker. Refuses `task_not_found`,
 * `proposal_not_found`, `proposal_decided`.
 */
export const withdrawProposal: Command<WithdrawProposal, DecidedProposal> = command({
  name: "withdraw_proposal",
  loads: (input) => ({ tasks: [input.taskId], proposalsOf: [input.taskId], parties: [input.workerId] }),
  decide(book, { taskId, proposalId, workerId }) {
    const task = book.task(taskId);
    const proposal = book.proposals.get(proposalId);
    if (proposal === undefined || proposal.taskId !== taskId || proposal.workerId !== workerId) {
      refuse("proposal_not_found");
    }
    const decided = decideProposal(book, proposal, "withdrawn");
    book.changeTask(taskId, { proposalCount: task.proposalCount - 1 });
    book.record(taskId, "proposal.withdrawn", workerId, { proposalId });
    return { task: book.task(taskId), proposal: decided };
  },
});
