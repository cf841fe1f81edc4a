import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { ProposalStanding } from "../model/proposal.ts";
import type { Task } from "../model/task.ts";
import { postersTask } from "./assignments.ts";
import type { Book } from "./book.ts";

/** Which proposal a command is about. */
export interface ProposalRef {
  readonly taskId: Id;
  readonly proposalId: Id;
}

/** A proposal right after a command. */
export interface DecidedProposal {
  readonly task: Task;
  readonly proposal: ProposalStanding;
}

/** A task that workers compete for, with how many proposals it takes. Refuses `task_not_found`, `not_proposals`. */
export function proposalsTask(book: Book, taskId: Id): { readonly task: Task; readonly maxProposals: number } {
  const task = book.task(taskId);
  if (task.intake !== "proposals" || task.maxProposals === null) refuse("not_proposals");
  return { task, maxProposals: task.maxProposals };
}

/** A proposal on the poster's own task. Refuses what `postersTask` refuses, `not_proposals`, `proposal_not_found`. */
export function postersProposal(
  book: Book,
  { taskId, proposalId }: ProposalRef,
  posterId: Id,
): { readonly task: Task; readonly proposal: ProposalStanding } {
  const task = postersTask(book, taskId, posterId);
  proposalsTask(book, taskId);
  const proposal = book.proposals.get(proposalId);
  if (proposal === undefined || proposal.taskId !== taskId) refuse("proposal_not_found");
  return { task, proposal };
}

/** The proposal with the poster's or the worker's word on it. Refuses `proposal_decided`. */
export function decideProposal(
  book: Book,
  proposal: ProposalStanding,
  state: Exclude<ProposalStanding["state"], "submitted">,
): ProposalStanding {
  if (proposal.state !== "submitted") refuse("proposal_decided", { details: { state: proposal.state } });
  const decided = { ...proposal, state, decidedAt: book.now };
  book.proposals.replace(proposal.id, decided);
  return decided;
}
