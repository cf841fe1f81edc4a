import type { Id } from "../model/ids.ts";
import { type Command, command } from "./command.ts";
import { type DecidedProposal, decideProposal, type ProposalRef, postersProposal } from "./proposals.ts";

export interface DeclineProposal extends ProposalRef {
  readonly posterId: Id;
  readonly reason: string | null;
}

/**
 * The poster turns a proposal down; its place is not given to another. Refuses `task_not_found`, `not_poster`,
 * `not_proposals`, `proposal_not_found`, `proposal_decided`.
 */
export const declineProposal: Command<DeclineProposal, DecidedProposal> = command({
  name: "decline_proposal",
  loads: (input) => ({ tasks: [input.taskId], proposalsOf: [input.taskId] }),
  decide(book, { posterId, reason, ...ref }) {
    const { task, proposal } = postersProposal(book, ref, posterId);
    const decided = decideProposal(book, proposal, "declined");
    const data = { proposalId: proposal.id, workerId: proposal.workerId, reason };
    book.record(task.id, "proposal.declined", posterId, data);
    return { task: book.task(task.id), proposal: decided };
  },
});
