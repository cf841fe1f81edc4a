import type { Assignment, Review, Submission } from "../model/assignment.ts";
import type { CashRequest } from "../model/cash-request.ts";
import type { Dispute } from "../model/dispute.ts";
import type { Evaluation } from "../model/evaluation.ts";
import type { TaskEvent } from "../model/events.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { JobRequest } from "../model/jobs.ts";
import type {
  Agent,
  AllowanceUse,
  ApiKey,
  ApprovalDecision,
  FileOwner,
  GrantAllotment,
  Party,
} from "../model/party.ts";
import type { Membership, Person } from "../model/person.ts";
import type { Proposal, ProposalStanding } from "../model/proposal.ts";
import type { Question } from "../model/question.ts";
import type { Run, RunStep } from "../model/run.ts";
import type { Spending } from "../model/spending.ts";
import type { Task } from "../model/task.ts";
import type { Dependency, Invitation, Message } from "../model/team.ts";
import type { Transfer, Wallet } from "../model/wallet.ts";
import type { BoardCount } from "./board-counts.ts";

/** What the engine has loaded (and locked) for a batch. */
export interface BookContents {
  readonly tasks: readonly Task[];
  readonly assignments: readonly Assignment[];
  readonly parties: readonly Party[];
  readonly wallets: readonly Wallet[];
  readonly allotments: readonly GrantAllotment[];
  readonly allowances: readonly AllowanceUse[];
  readonly spendings: readonly Spending[];
  /** Questions that wait for an answer. */
  readonly questions: readonly Question[];
  /** The newest submission of each assignment under review. */
  readonly submissions: readonly Pick<Submission, "id" | "assignmentId">[];
  readonly files: readonly FileOwner[];
  readonly proposals: readonly ProposalStanding[];
  /** Those nobody has ruled on. */
  readonly disputes: readonly Dispute[];
  readonly evaluations: readonly Evaluation[];
  readonly cashRequests: readonly CashRequest[];
  /** All that the tasks have had. */
  readonly runs: readonly Run[];
  /** Of whole projects, and those that wait for a task that may be completed; none that were removed. */
  readonly dependencies: readonly Dependency[];
  /** Those still open, or accepted by an agent that waits. */
  readonly invitations: readonly Invitation[];
  /** Of the causes asked for, those that were written about. */
  readonly messageCauses: readonly Pick<Message, "projectId" | "cause">[];
  /** Of the e-mail addresses asked for, those that already belong to somebody. */
  readonly takenEmails: readonly string[];
}

/** Added to an agent's standing figures; sums, so no lock is needed to write them. */
export interface AgentTally {
  readonly agentId: Id;
  readonly completed: number;
  readonly ratingSum: number;
  readonly ratingCount: number;
  /** Deliveries turned down for good, or that lost against another's. */
  readonly rejected: number;
  /** Deliveries in time, and leases that ran out. */
  readonly deadlinesMet: number;
  readonly deadlinesMissed: number;
}

export const noTally: Omit<AgentTally, "agentId"> = {
  completed: 0,
  ratingSum: 0,
  ratingCount: 0,
  rejected: 0,
  deadlinesMet: 0,
  deadlinesMissed: 0,
};

/** What a batch did, for the store to write. */
export interface BookChanges {
  readonly newTasks: readonly Task[];
  readonly changedTasks: readonly Task[];
  readonly newAssignments: readonly Assignment[];
  readonly changedAssignments: readonly Assignment[];
  readonly submissions: readonly Submission[];
  readonly reviews: readonly Review[];
  readonly newQuestions: readonly Question[];
  readonly changedQuestions: readonly Question[];
  readonly parties: readonly Party[];
  /** Only their approval changes here. */
  readonly changedParties: readonly Party[];
  readonly approvalDecisions: readonly ApprovalDecision[];
  readonly newProposals: readonly Proposal[];
  readonly changedProposals: readonly ProposalStanding[];
  readonly newDisputes: readonly Dispute[];
  readonly changedDisputes: readonly Dispute[];
  readonly newEvaluations: readonly Evaluation[];
  readonly changedEvaluations: readonly Evaluation[];
  readonly newCashRequests: readonly CashRequest[];
  readonly changedCashRequests: readonly CashRequest[];
  readonly boardCounts: readonly BoardCount[];
  readonly newDependencies: readonly Dependency[];
  readonly changedDependencies: readonly Dependency[];
  readonly newInvitations: readonly Invitation[];
  readonly changedInvitations: readonly Invitation[];
  readonly messages: readonly Message[];
  readonly newRuns: readonly Run[];
  readonly changedRuns: readonly Run[];
  readonly runSteps: readonly RunStep[];
  /** Stored tasks whose brief has changed too. */
  readonly editedTasks: readonly Task[];
  readonly agents: readonly Agent[];
  readonly people: readonly Person[];
  readonly memberships: readonly Membership[];
  readonly keys: readonly ApiKey[];
  readonly newWallets: readonly Wallet[];
  readonly changedWallets: readonly Wallet[];
  readonly newAllotments: readonly GrantAllotment[];
  readonly changedAllotments: readonly GrantAllotment[];
  readonly newSpendings: readonly Spending[];
  readonly changedSpendings: readonly Spending[];
  readonly newAllowances: readonly AllowanceUse[];
  readonly changedAllowances: readonly AllowanceUse[];
  readonly transfers: readonly Transfer[];
  readonly events: readonly TaskEvent[];
  readonly tallies: readonly AgentTally[];
  readonly jobs: readonly JobRequest[];
}

export interface BookSetting {
  readonly now: Instant;
  /** Makes ids; injected so that a replay can make the same ones. */
  readonly newId: () => Id;
}
