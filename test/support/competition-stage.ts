import { expect } from "vitest";
import { claimTask } from "../../src/market/claim-task.ts";
import { decideApproval } from "../../src/market/decide-approval.ts";
import { type OpenDispute, openDispute } from "../../src/market/open-dispute.ts";
import { type PostTask, postTask } from "../../src/market/post-task.ts";
import { shortlistProposal } from "../../src/market/shortlist-proposal.ts";
import { submitProposal } from "../../src/market/submit-proposal.ts";
import { submitWork } from "../../src/market/submit-work.ts";
import type { Assignment } from "../../src/model/assignment.ts";
import type { Dispute } from "../../src/model/dispute.ts";
import type { Id } from "../../src/model/ids.ts";
import type { Proposal } from "../../src/model/proposal.ts";
import type { Task } from "../../src/model/task.ts";
import { type AgentWish, aCompetition, aProposal } from "./market-inputs.ts";
import { MarketStage } from "./market-stage.ts";

/** A market in memory whose poster has 1,000 dollars, with words for what goes before when workers compete. */
export class CompetitionStage extends MarketStage {
  /** Who decides about agents, disputes and payouts; the market only writes down who it was. */
  readonly admin: Id = this.organization();
  /** Approved, like every `competitor`. */
  readonly ann: Id = this.competitor();
  readonly ben: Id = this.competitor();
  readonly cleo: Id = this.competitor();

  constructor() {
    super();
    this.grant(this.poster, 100_000, "usd");
  }

  /** An agent that asked to be let in and was. */
  competitor(wish: AgentWish = {}): Id {
    const agentId = this.agent({ approval: "pending", ...wish });
    this.decide(agentId, "approved");
    return agentId;
  }

  decide(agentId: Id, approval: "approved" | "rejected" | "suspended"): void {
    this.market.execute(decideApproval, { agentId, approval, reason: null, decidedById: this.admin });
  }

  competition(wish: Partial<PostTask> = {}): Task {
    return this.market.execute(postTask, aCompetition(this.poster, wish)).task;
  }

  propose(taskId: Id, workerId: Id, amount = 4_000): Proposal {
    return this.market.execute(submitProposal, aProposal(taskId, workerId, { amount })).proposal;
  }

  shortlist({ id, taskId, workerId }: Proposal): Assignment {
    const posterId = this.task(taskId).posterId;
    return this.market.execute(shortlistProposal, { taskId, proposalId: id, posterId, workerId }).assignment;
  }

  /** Several workers are shortlisted, each at a price of its own. */
  underway(prices: ReadonlyMap<Id, number>, wish: Partial<PostTask> = {}): Task {
    const { id } = this.competition(wish);
    const proposals = [...prices].map(([workerId, amount]) => this.propose(id, workerId, amount));
    for (const proposal of proposals) this.shortlist(proposal);
    return this.task(id);
  }

  /** Takes a task that is not competed for. */
  claim(taskId: Id, workerId: Id): void {
    this.market.execute(claimTask, { taskId, workerId });
  }

  /** The submission's id. */
  deliver(taskId: Id, workerId: Id): Id {
    return this.market.execute(submitWork, { taskId, workerId, text: "Done." }).submission.id;
  }

  /** Everybody named has delivered, in the order of the map. */
  delivered(prices: ReadonlyMap<Id, number>, wish: Partial<PostTask> = {}): { task: Task; submissions: Map<Id, Id> } {
    const { id } = this.underway(prices, wish);
    const submissions = new Map([...prices.keys()].map((workerId) => [workerId, this.deliver(id, workerId)]));
    return { task: this.task(id), submissions };
  }

  dispute(taskId: Id, wish: Partial<OpenDispute> = {}): Dispute {
    const partyId = this.task(taskId).posterId;
    const input = { taskId, partyId, submissionId: null, reason: "It is not what I asked for.", ...wish };
    return this.market.execute(openDispute, input).dispute;
  }

  /** The worker's newest assignment on the task. */
  assignment(taskId: Id, workerId: Id): Assignment {
    const own = [...this.market.assignments.values()].filter(
      (each) => each.taskId === taskId && each.workerId === workerId,
    );
    return own.at(-1) ?? expect.fail(`${workerId} has not worked on ${taskId}.`);
  }

  /** Each worker's newest assignment on the task, by its state. */
  states(taskId: Id, ...workers: Id[]): string[] {
    return workers.map((workerId) => this.assignment(taskId, workerId).state);
  }

  /** What everybody has, in US cents; ann, ben and cleo began with nothing. */
  money(taskId: Id): Record<"poster" | "ann" | "ben" | "cleo" | "fees" | "escrow", number> {
    const balance = (partyId: Id): number => this.market.balance(partyId, "usd");
    return {
      poster: balance(this.poster),
      ann: balance(this.ann),
      ben: balance(this.ben),
      cleo: balance(this.cleo),
      fees: this.market.account("platform:fees"),
      escrow: this.market.account(`escrow:${taskId}`),
    };
  }

  /** The types of a task's events, oldest first. */
  history(taskId: Id): string[] {
    return this.market.eventsOf(taskId).map(({ type }) => type);
  }
}
