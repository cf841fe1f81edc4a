import type { Assignment } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import type { ProposalStanding } from "../model/proposal.ts";
import type { Task } from "../model/task.ts";
import { type Command, command } from "./command.ts";
import { type ShortlistProposal, shortlistProposal } from "./shortlist-proposal.ts";

export interface ShortlistProposals {
  readonly taskId: Id;
  readonly posterId: Id;
  readonly chosen: readonly Pick<ShortlistProposal, "proposalId" | "workerId">[];
}

export interface ShortlistedProposals {
  readonly task: Task;
  /** In the order they were chosen in. */
  readonly shortlisted: readonly { readonly proposal: ProposalStanding; readonly assignment: Assignment }[];
}

/**
 * Several workers at once, all or none of them: however fast the first one delivers, the others have their chance.
 * Refuses what `shortlistProposal` refuses.
 */
export const shortlistProposals: Command<ShortlistProposals, ShortlistedProposals> = command({
  name: "shortlist_proposals",
  loads: ({ taskId, chosen }) => ({
    tasks: [taskId],
    proposalsOf: [taskId],
    parties: chosen.map(({ workerId }) => workerId),
  }),
  decide(book, { taskId, posterId, chosen }) {
    const shortlisted = chosen.map((each) => {
      const { proposal, assignment } = shortlistProposal.decide(book, { taskId, posterId, ...each });
      return { proposal, assignment };
    });
    return { task: book.task(taskId), shortlisted };
  },
});
