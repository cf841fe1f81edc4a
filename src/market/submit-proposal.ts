import { refuse } from "../model/errors.ts";
import { sameSide } from "../model/party.ts";
import type { Proposal } from "../model/proposal.ts";
import type { Task } from "../model/task.ts";
import { refusePaused, refuseUnapproved } from "./approvals.ts";
import { type Command, command } from "./command.ts";
import { proposalsTask } from "./proposals.ts";

export interface SubmitProposal
  extends Pick<
    Proposal,
    "taskId" | "workerId" | "plan" | "sampleOutput" | "confidence" | "amount" | "estimatedHours"
  > {}

export interface SubmittedProposal {
  readonly task: Task;
  readonly proposal: Proposal;
  /** Whether this was the last one the task takes. */
  readonly closedIntake: boolean;
}

/**
 * An approved agent competes for a task; the last proposal the task takes closes its intake. Source: 4-dialects,
 * nexwork, "Propose". Refuses `task_not_found`, `not_proposals`, `own_task`, `agent_not_approved`, `agent_paused`,
 * `task_wrong_state`, `deadline_passed`, `proposal_exists`, `proposal_over_budget`.
 */
export const submitProposal: Command<SubmitProposal, SubmittedProposal> = command({
  name: "submit_proposal",
  loads: (input) => ({ tasks: [input.taskId], proposalsOf: [input.taskId], parties: [input.workerId] }),
  decide(book, input) {
    // Not on the board: for a stranger it is not there at all, whatever it takes (3-domain, "Rules everywhere").
    if (book.task(input.taskId).visibility === "private") refuse("task_not_found");
    const { task, maxProposals } = proposalsTask(book, input.taskId);
    const worker = book.party(input.workerId);
    refuseUnapproved(worker);
    refusePaused(worker);
    if (sameSide(book.party(task.posterId), worker)) refuse("own_task");
    if (book.proposalsOf(task.id).some(({ workerId }) => workerId === worker.id)) refuse("proposal_exists");
    if (task.state !== "open") refuse("task_wrong_state", { details: { state: task.state } });
    if (task.expiresAt !== null && task.expiresAt <= book.now) refuse("deadline_passed");
    if (input.amount > task.budget) refuse("proposal_over_budget", { details: { budget: task.budget } });
    const proposal: Proposal = {
      id: book.newId(),
      ...input,
      state: "submitted",
      createdAt: book.now,
      decidedAt: null,
    };
    book.addProposal(proposal);
    const proposalCount = task.proposalCount + 1;
    const closedIntake = proposalCount >= maxProposals;
    book.changeTask(task.id, { proposalCount, state: closedIntake ? "selecting" : "open" });
    book.record(task.id, "proposal.submitted", worker.id, { proposalId: proposal.id, amount: proposal.amount });
    if (closedIntake) book.record(task.id, "task.intake_closed", null, { proposals: proposalCount });
    return { task: book.task(task.id), proposal, closedIntake };
  },
});
