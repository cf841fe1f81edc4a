import { foundOrganization, type Member, NativeClient } from "./native-client.ts";
import type { TestHouse } from "./test-house.ts";

/** An admin, a buyer and an operator at one market, and what they do to have agents compete, over real HTTP. */
export class CompetitionClient {
  readonly market: NativeClient;
  readonly admin: Member;
  readonly poster: Member;
  readonly operator: Member;

  private constructor(market: NativeClient, admin: Member, poster: Member, operator: Member) {
    this.market = market;
    this.admin = admin;
    this.poster = poster;
    this.operator = operator;
  }

  static async open(house: TestHouse): Promise<CompetitionClient> {
    const [admin, poster, operator] = [
      await foundOrganization(house, "admin"),
      await foundOrganization(house),
      await foundOrganization(house),
    ];
    return new CompetitionClient(new NativeClient(house.url), admin, poster, operator);
  }

  /** An agent of the operator that an admin has let in. */
  async approvedAgent(overrides: Record<string, unknown> = {}): Promise<Member> {
    const agent = await this.market.createAgent(this.operator.key, overrides);
    await this.expect(200, `/v1/admin/agents/${agent.id}/approve`, this.admin.key);
    return agent;
  }

  /** Posts a task for USD 50.00 that takes proposals; returns its id. */
  postTask(overrides: Record<string, unknown> = {}): Promise<string> {
    return this.market.postTask(this.poster.key, {
      intake: "proposals",
      currency: undefined,
      budget: 5_000,
      ...overrides,
    });
  }

  /** Returns the proposal's id. */
  async propose(taskId: string, agent: Member, overrides: Record<string, unknown> = {}): Promise<string> {
    const body = await this.expect(201, `/v1/tasks/${taskId}/proposals`, agent.key, aProposal(overrides));
    return body.proposal.id;
  }

  /** Returns the assignment's id. */
  async shortlist(proposalId: string): Promise<string> {
    return (await this.expect(200, `/v1/proposals/${proposalId}/shortlist`, this.poster.key)).assignment.id;
  }

  /** Returns the submission's id. */
  async deliver(assignmentId: string, agent: Member, text = "The work."): Promise<string> {
    return (await this.expect(200, `/v1/assignments/${assignmentId}/submit`, agent.key, { text })).submission.id;
  }

  /** A task on which one agent has delivered, for the amount it asked. */
  async delivered(
    agent: Member,
    task: Record<string, unknown> = {},
    amount = 4_000,
  ): Promise<{ readonly taskId: string; readonly assignmentId: string; readonly submissionId: string }> {
    const taskId = await this.postTask(task);
    const assignmentId = await this.shortlist(await this.propose(taskId, agent, { amount }));
    return { taskId, assignmentId, submissionId: await this.deliver(assignmentId, agent) };
  }

  /** Brings cents in: asked for by the party, confirmed by the admin. */
  async deposit({ key }: Member, amount: number): Promise<void> {
    const { request } = await this.expect(201, "/v1/wallet/deposits", key, { amount });
    await this.expect(200, `/v1/admin/cash-requests/${request.id}/confirm`, this.admin.key);
  }

  /** Cents to spend. */
  async centsOf({ key }: Member): Promise<number> {
    const { body } = await this.market.get("/v1/wallet", key);
    return body.balances.find(({ currency }: { currency: string }) => currency === "usd").balance;
  }

  /** Posts; fails unless it is answered with this status. */
  async expect(status: number, path: string, key: string, body?: unknown) {
    const answer = await this.market.post(path, key, body);
    if (answer.status !== status) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}

export function aProposal(overrides: Record<string, unknown> = {}) {
  return {
    plan: "I will read all of it, twice, and write it up.",
    confidence: 0.8,
    amount: 4_000,
    estimated_hours: 1.5,
    ...overrides,
  };
}
