import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideCash } from "../../src/market/decide-cash.ts";
import { recordEvaluation } from "../../src/market/record-evaluation.ts";
import { requestCash } from "../../src/market/request-cash.ts";
import type { Evaluation } from "../../src/model/evaluation.ts";
import { type Member, openOrganization } from "../support/club-client.ts";
import { approve, NexworkClient, openCompetition, openCompetitor, shortlist } from "../support/nexwork-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { BusinessLife } from "./support/business-life.ts";

const clock = new VirtualClock();
let house: TestHouse;
let nexwork: NexworkClient;
let poster: Member;

beforeAll(async () => {
  house = await openTestHouse({ clock: clock.now });
  nexwork = new NexworkClient(house.url);
  poster = await openOrganization(house, 1_000_000_000);
});
afterAll(() => house.close());

/** The agent asks for it and an admin confirms it. */
async function payOut({ id: partyId }: Member, amountCents: number): Promise<void> {
  const { engine } = house.app;
  const wish = { kind: "payout", partyId, amountCents, provider: "manual", reference: null, spender: null } as const;
  const { request } = await engine.execute(requestCash, wish);
  const decision = { requestId: request.id, partyId, note: null, decidedById: null, state: "confirmed" } as const;
  await engine.execute(decideCash, decision);
}

describe("earnings", () => {
  it("equal the ledger after every step of any history", { timeout: 120_000 }, async () => {
    const steps = fc.array(fc.tuple(fc.nat(11), fc.integer({ min: 1, max: 9_999 })), { minLength: 40, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const life = new BusinessLife(
          { house, nexwork, poster, clock },
          await openCompetitor(house),
          await openCompetitor(house),
        );
        for (const [choice, amount] of history) {
          clock.advanceMinutes(1);
          await life.step(choice, amount);
          await life.expectTrue();
        }
        await house.expectLedgerToBalance();
      }),
      // A shorter history is not worth the minutes that it takes to find.
      { numRuns: 6, endOnFailure: true },
    );
  });

  it("follow one delivery from pending through released to paid out", async () => {
    const agent = await openCompetitor(house);
    const nothing = { count: 0, grossCents: 0, feeCents: 0, netCents: 0 };
    const shown = async () => (await nexwork.get("/agents/me/earnings", agent.key)).body;
    expect(await shown()).toEqual({
      currency: "usd",
      summary: { releasedCents: 0, pendingCents: 0, feeCents: 0, paidOutCents: 0 },
      byStatus: { PENDING: nothing, RELEASED: nothing, REFUNDED: nothing, PAID_OUT: nothing },
      payouts: [],
      meta: { total: 0, limit: 20, offset: 0, hasMore: false },
    });
    const id = await openCompetition(house, poster.id);
    await nexwork.propose(id, agent.key, { estimatedCostCents: 1_005 });
    await shortlist(house, id, agent);
    await nexwork.deliver(id, agent.key);
    const line = { taskId: id, taskTitle: expect.any(String), grossCents: 1_005, feeCents: 101, netCents: 904 };
    expect(await shown()).toMatchObject({
      summary: { releasedCents: 0, pendingCents: 904, feeCents: 0 },
      payouts: [{ ...line, status: "PENDING", at: clock.now() }],
    });
    clock.advanceMinutes(1);
    await approve(house, id, agent, 5);
    expect(await shown()).toMatchObject({
      summary: { releasedCents: 904, pendingCents: 0, feeCents: 101, paidOutCents: 0 },
      payouts: [{ ...line, status: "RELEASED", at: clock.now() }],
    });
    for (const cents of [903, 1]) {
      expect((await shown()).payouts[0].status).toBe("RELEASED");
      await payOut(agent, cents);
    }
    expect(await shown()).toMatchObject({
      summary: { releasedCents: 904, pendingCents: 0, feeCents: 101, paidOutCents: 904 },
      byStatus: { RELEASED: nothing, PAID_OUT: { count: 1, grossCents: 1_005, feeCents: 101, netCents: 904 } },
      payouts: [{ ...line, status: "PAID_OUT" }],
    });
  });

  it("are covered by payouts first in, first out, and a line only when all of it is covered", async () => {
    const agent = await openCompetitor(house);
    for (const cents of [1_000, 3_000, 2_000]) {
      const id = await openCompetition(house, poster.id);
      await nexwork.propose(id, agent.key, { estimatedCostCents: cents });
      await shortlist(house, id, agent);
      await nexwork.deliver(id, agent.key);
      await approve(house, id, agent);
      clock.advanceMinutes(1);
    }
    const lines = async () => {
      const { payouts } = (await nexwork.get("/agents/me/earnings", agent.key)).body;
      return payouts.map(({ grossCents, status }: Record<string, unknown>) => `${grossCents} ${status}`);
    };
    await payOut(agent, 899);
    expect(await lines()).toEqual(["2000 RELEASED", "3000 RELEASED", "1000 RELEASED"]);
    await payOut(agent, 1);
    expect(await lines()).toEqual(["2000 RELEASED", "3000 RELEASED", "1000 PAID_OUT"]);
    await payOut(agent, 1_800);
    expect(await lines()).toEqual(["2000 RELEASED", "3000 RELEASED", "1000 PAID_OUT"]);
    await payOut(agent, 2_700);
    expect(await lines()).toEqual(["2000 PAID_OUT", "3000 PAID_OUT", "1000 PAID_OUT"]);
  });

  it("come in pages, the newest first, with the sums of all", async () => {
    const agent = await openCompetitor(house);
    for (let count = 0; count < 3; count++) {
      const id = await openCompetition(house, poster.id);
      await nexwork.propose(id, agent.key);
      await shortlist(house, id, agent);
      await nexwork.deliver(id, agent.key);
      clock.advanceMinutes(1);
    }
    const page = async (query: string) => (await nexwork.get(`/agents/me/earnings?${query}`, agent.key)).body;
    const [first, second, third] = [await page("limit=2"), await page("limit=2&offset=2"), await page("offset=3")];
    expect([first, second, third].map(({ payouts }) => payouts.length)).toEqual([2, 1, 0]);
    const times = [...first.payouts, ...second.payouts].map(({ at }) => at);
    expect(times).toEqual(times.toSorted().reverse());
    expect(first.meta).toEqual({ total: 3, limit: 2, offset: 0, hasMore: true });
    for (const { summary } of [first, second, third]) expect(summary.pendingCents).toBe(3 * 3_600);
    for (const path of ["/agents/me/earnings", "/agents/me/tasks"]) {
      for (const query of ["limit=0", "limit=101", "offset=-1", "offset=x", "limit=1.5"]) {
        const { status, body } = await nexwork.get(`${path}?${query}`, agent.key);
        expect([status, Object.keys(body.error.details.fieldErrors)]).toEqual([400, [query.split("=")[0]]]);
      }
    }
  });
});

describe("a worker's own account", () => {
  it("shows what it is, what it may see and how it has done", async () => {
    const worker = await openCompetitor(house, { categories: ["lead_research", "data-entry"] });
    expect((await nexwork.get("/agents/me", worker.key)).body).toEqual({
      id: worker.id,
      name: "Agent",
      description: "",
      approvalStatus: "APPROVED",
      categories: ["lead_research", "data-entry"],
      categoryLabels: ["Lead Research", "Data Entry"],
      accessibleCategories: ["lead_research", "data-entry", "general"],
      capabilities: ["research"],
      pricePerTask: 0,
      taskForceParticipation: false,
      avgBuyerScore: null,
      acceptanceRate: null,
      onTimeRate: null,
      proposalCount: 0,
      shortlistedCount: 0,
      deliverableCount: 0,
      completedCount: 0,
      ratingCount: 0,
      createdAt: expect.stringMatching(/Z$/),
    });
  });

  it("follows each proposal with its delivery, the buyer's word and the platform's checks", async () => {
    const worker = await openCompetitor(house);
    const [first, second] = [await openCompetition(house, poster.id), await openCompetition(house, poster.id)];
    await nexwork.propose(first, worker.key);
    const shown = async () => (await nexwork.get("/agents/me/tasks", worker.key)).body;
    expect(await shown()).toEqual({
      subtasks: [],
      tasks: [
        {
          taskId: first,
          taskTitle: "Research 50 SaaS companies",
          category: "lead_research",
          categoryLabel: "Lead Research",
          taskStatus: "OPEN",
          budgetCents: 5_000,
          deadline: expect.stringMatching(/Z$/),
          proposalId: expect.any(String),
          proposalStatus: "submitted",
          estimatedCostCents: 4_000,
          confidenceScore: 0.85,
          estimatedHours: 1.5,
          proposedAt: expect.stringMatching(/Z$/),
          assignmentStatus: null,
          deliveryDueAt: null,
          latestDeliverable: null,
          latestEvaluation: null,
        },
      ],
      meta: { total: 1, limit: 20, offset: 0, hasMore: false },
    });
    await nexwork.propose(second, worker.key);
    await shortlist(house, first, worker);
    const work = { content: "Rows.", fileUrls: ["https://example.com/1"], submissionUrl: "https://example.com/2" };
    const { deliverableId } = (await nexwork.deliver(first, worker.key, work)).body;
    const checks = [{ name: "length", group: "format" as const, score: 0.5, reason: "5 of 10 words." }];
    await evaluate(first, deliverableId, checks);
    await approve(house, first, worker, 4);
    const { tasks, meta } = await shown();
    expect([tasks.map(({ taskId: id }: { taskId: string }) => id), meta.total]).toEqual([[second, first], 2]);
    expect(tasks[1]).toMatchObject({
      taskStatus: "COMPLETED",
      proposalStatus: "shortlisted",
      assignmentStatus: "accepted",
      latestDeliverable: {
        id: deliverableId,
        deliverableNumber: 1,
        ...work,
        review: { verdict: "approved", score: 4, feedback: null, criteria: null },
      },
      latestEvaluation: { status: "finished", formatScore: 0.5, coherenceScore: null, checks },
    });
    expect((await nexwork.get("/agents/me/tasks?limit=1&offset=1", worker.key)).body).toMatchObject({
      tasks: [{ taskId: first }],
      meta: { total: 2, limit: 1, offset: 1, hasMore: false },
    });
    expect((await nexwork.get("/agents/me", worker.key)).body).toMatchObject({
      avgBuyerScore: 4,
      acceptanceRate: 1,
      proposalCount: 2,
      shortlistedCount: 1,
      deliverableCount: 1,
      completedCount: 1,
    });
  });
});

async function evaluate(id: string, submissionId: string, checks: Evaluation["checks"]): Promise<void> {
  const outcome = { state: "finished" as const, formatScore: 0.5, coherenceScore: null, checks };
  await house.app.engine.execute(recordEvaluation, { taskId: id, submissionId, outcome });
}
