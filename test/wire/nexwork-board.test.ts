import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cancelTask } from "../../src/market/cancel-task.ts";
import { declineProposal } from "../../src/market/decline-proposal.ts";
import { type Member, openOrganization } from "../support/club-client.ts";
import { NexworkClient, newProposal, openCompetition, openCompetitor, shortlist } from "../support/nexwork-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const clock = new VirtualClock();
let house: TestHouse;
let nexwork: NexworkClient;
let poster: Member;
let agent: Member;

beforeAll(async () => {
  house = await openTestHouse({ clock: clock.now });
  nexwork = new NexworkClient(house.url);
  poster = await openOrganization(house);
});
afterAll(() => house.close());

/** Of categories that no other test posts in. */
async function openSpecialist(): Promise<{ agent: Member; category: string }> {
  const category = `research_${randomUUID().slice(0, 8)}`;
  return { category, agent: await openCompetitor(house, { categories: [category] }) };
}

async function listedIds(key: string, query = ""): Promise<string[]> {
  const { status, body } = await nexwork.get(`/tasks${query}`, key);
  expect([status, query]).toEqual([200, query]);
  return body.tasks.map(({ id }: { id: string }) => id);
}

describe("the list of tasks", () => {
  it("shows what the document prints, and what a client needs besides", async () => {
    const { agent, category } = await openSpecialist();
    const id = await openCompetition(house, poster.id, {
      category,
      requiredCapabilities: ["research"],
      tags: ["saas"],
    });
    const { status, body } = await nexwork.get(`/tasks?limit=10&category=${category}`, agent.key);
    expect(status).toBe(200);
    expect(body).toEqual({
      tasks: [
        {
          id,
          title: "Research 50 SaaS companies",
          description: "What is to be done.",
          category,
          categoryLabel: expect.stringMatching(/^Research [0-9A-F]/),
          budgetCents: 5_000,
          status: "OPEN",
          proposalCount: 0,
          maxProposals: 10,
          proposalsRemaining: 10,
          canSubmitProposal: true,
          requiredCapabilities: ["research"],
          tags: ["saas"],
          deadline: "2026-01-03T00:00:00.000Z",
          createdAt: "2026-01-01T00:00:00.000Z",
          match: { score: expect.any(Number), reasons: expect.arrayContaining([`your category ${category}`]) },
        },
      ],
      meta: {
        total: 1,
        limit: 10,
        offset: 0,
        hasMore: false,
        filters: { category },
        accessibleCategories: [category, "general"],
      },
    });
  });

  it("labels lead_research as Lead Research", async () => {
    const specialist = await openCompetitor(house);
    await openCompetition(house, poster.id);
    const { body } = await nexwork.get("/tasks?category=lead_research", specialist.key);
    expect(body.tasks[0]).toMatchObject({ category: "lead_research", categoryLabel: "Lead Research" });
  });

  it("holds only open, funded tasks of others, in dollars, with time left, of the agent's categories and general", async () => {
    const organization = await openOrganization(house);
    const category = `ops-${randomUUID().slice(0, 8)}`;
    const agent = await openCompetitor(house, { categories: [category], organizationId: organization.id });
    const wish = { category };
    const open = await openCompetition(house, poster.id, wish);
    const general = await openCompetition(house, poster.id, { category: "general" });
    const own = await openCompetition(house, organization.id, wish);
    const over = await openCompetition(house, poster.id, { ...wish, expiresInHours: 1 });
    const cancelled = await openCompetition(house, poster.id, wish);
    await house.app.engine.execute(cancelTask, { taskId: cancelled, posterId: poster.id });
    const hidden = await openCompetition(house, poster.id, { ...wish, visibility: "private" });
    const elsewhere = await openCompetition(house, poster.id, { category: "secret" });
    const full = await openCompetition(house, poster.id, { ...wish, maxProposals: 1 });
    await nexwork.propose(full, (await openCompetitor(house, { categories: [category] })).key);
    clock.advanceMinutes(61);
    const listed = await listedIds(agent.key);
    expect(listed).toEqual(expect.arrayContaining([open, general]));
    for (const id of [own, over, cancelled, hidden, elsewhere, full]) {
      expect(listed).not.toContain(id);
      expect((await nexwork.get(`/tasks/${id}`, agent.key)).status).toBe(404);
    }
    expect(await listedIds(agent.key, `?category=${category}`)).toEqual([open]);
    expect(await listedIds(agent.key, "?category=secret")).toEqual([]);
    expect(await listedIds(agent.key, "?category=nobody-has-heard-of")).toEqual([]);
  });

  it("pages without gaps and says whether there is more", async () => {
    const { agent, category } = await openSpecialist();
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.push(await openCompetition(house, poster.id, { category }));
    const seen: string[] = [];
    for (const offset of [0, 2, 4, 6]) {
      const { body } = await nexwork.get(`/tasks?category=${category}&limit=2&offset=${offset}`, agent.key);
      expect(body.meta).toMatchObject({ total: 5, limit: 2, offset, hasMore: offset + 2 < 5 });
      seen.push(...body.tasks.map(({ id }: { id: string }) => id));
    }
    expect(seen).toEqual(ids.toReversed());
    expect((await nexwork.get("/tasks", agent.key)).body.meta).toMatchObject({ limit: 20, offset: 0 });
    expect((await nexwork.get("/tasks?limit=100&offset=0", agent.key)).body.meta.limit).toBe(100);
  });

  it.each(["limit=0", "limit=101", "limit=-1", "limit=1.5", "limit=x", "limit=", "limit=1&limit=2", "limit=1e1"])(
    "refuses ?%s and says which parameter it is",
    async (query) => {
      const { status, body } = await nexwork.get(`/tasks?${query}`, (await openCompetitor(house)).key);
      expect(status).toBe(400);
      expect(body.error.code).toBe("VALIDATION_ERROR");
      expect(Object.keys(body.error.details.fieldErrors)).toEqual(["limit"]);
    },
  );

  it.each(["offset=-1", "offset=1.5", "offset=x", "offset=", "offset=1e21", "category=", "category=Lead%20Research"])(
    "refuses ?%s too",
    async (query) => {
      const { status, body } = await nexwork.get(`/tasks?${query}`, (await openCompetitor(house)).key);
      expect([status, Object.keys(body.error.details.fieldErrors)]).toEqual([400, [query.split("=")[0]]]);
    },
  );
});

describe("a task", () => {
  beforeAll(async () => {
    agent = await openCompetitor(house);
  });

  it("is shown with its whole brief, its inputs and the agent's own part in it", async () => {
    const wish = { instructions: "Use public sources.", expectedOutput: "A CSV file." };
    const id = await openCompetition(house, poster.id, wish);
    const { status, body } = await nexwork.get(`/tasks/${id}`, agent.key);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      description: "What is to be done.",
      ...wish,
      inputs: { segment: "SaaS", count: 50 },
      status: "OPEN",
      proposalCount: 0,
      proposalsRemaining: 10,
      shortlistedCount: 0,
      canSubmitProposal: true,
    });
    const nothing = {
      hasProposal: false,
      canSubmitProposal: true,
      canDeliver: false,
      proposal: null,
      assignment: null,
    };
    expect(body.agentContext).toEqual(nothing);
  });

  it("is found with and without a slash at its end and whatever the case of its id, and nowhere else", async () => {
    const id = await openCompetition(house, poster.id);
    for (const path of [`/tasks/${id}`, `/tasks/${id}/`, `/tasks/${id.toUpperCase()}`]) {
      expect((await nexwork.get(path, agent.key)).body.id).toBe(id);
    }
    for (const path of [randomUUID(), "1", "%00", "x".repeat(400)]) {
      expect((await nexwork.get(`/tasks/${path}`, agent.key)).status).toBe(404);
    }
  });

  it("says whether the agent may propose: not twice, not when all places are taken", async () => {
    const id = await openCompetition(house, poster.id, { maxProposals: 3 });
    await nexwork.propose(id, agent.key);
    const { body } = await nexwork.get("/tasks?limit=100&category=lead_research", agent.key);
    expect(body.tasks.find((task: { id: string }) => task.id === id)).toMatchObject({
      proposalCount: 1,
      proposalsRemaining: 2,
      canSubmitProposal: false,
    });
    expect((await nexwork.get(`/tasks/${id}`, agent.key)).body).toMatchObject({
      canSubmitProposal: false,
      agentContext: {
        hasProposal: true,
        canSubmitProposal: false,
        proposal: {
          status: "submitted",
          planText: newProposal.planText,
          sampleOutput: newProposal.sampleOutput,
          confidenceScore: 0.85,
          estimatedCostCents: 4_000,
          estimatedHours: 1.5,
          decidedAt: null,
        },
        assignment: null,
      },
    });
  });

  it("stays visible to those who have proposed, through every state, and to nobody else", async () => {
    const [winner, loser, stranger] = [await openCompetitor(house), await openCompetitor(house), agent];
    const id = await openCompetition(house, poster.id);
    const expectShown = async (status: string): Promise<void> => {
      for (const { key } of [winner, loser]) expect((await nexwork.get(`/tasks/${id}`, key)).body.status).toBe(status);
      expect((await nexwork.get(`/tasks/${id}`, stranger.key)).status).toBe(status === "OPEN" ? 200 : 404);
    };
    const { proposalId } = (await nexwork.propose(id, loser.key)).body;
    await nexwork.propose(id, winner.key);
    await expectShown("OPEN");
    await shortlist(house, id, winner);
    const declined = { taskId: id, proposalId, posterId: poster.id, reason: null };
    await house.app.engine.execute(declineProposal, declined);
    await expectShown("IN_EXECUTION");
    expect((await nexwork.get(`/tasks/${id}`, loser.key)).body.agentContext).toMatchObject({
      canDeliver: false,
      proposal: { status: "declined" },
      assignment: null,
    });
    expect((await nexwork.get(`/tasks/${id}`, winner.key)).body).toMatchObject({
      shortlistedCount: 1,
      agentContext: {
        canDeliver: true,
        proposal: { status: "shortlisted" },
        assignment: { status: "active", priceCents: 4_000, dueAt: expect.any(String), deliverableCount: 0 },
      },
    });
    const { deliverableId } = (await nexwork.deliver(id, winner.key)).body;
    await expectShown("DELIVERED");
    expect((await nexwork.get(`/tasks/${id}`, winner.key)).body.agentContext).toMatchObject({
      canDeliver: false,
      assignment: { status: "submitted", deliverableCount: 1, latestDeliverableId: deliverableId },
    });
  });

  it("tells an agent nothing of what the others propose or hand in", async () => {
    const [mine, theirs] = [await openCompetitor(house), await openCompetitor(house)];
    const id = await openCompetition(house, poster.id);
    await nexwork.propose(id, mine.key);
    await nexwork.propose(id, theirs.key, {
      planText: "A plan that is nobody's but theirs",
      estimatedCostCents: 1_234,
    });
    await shortlist(house, id, mine, theirs);
    await nexwork.deliver(id, theirs.key, { content: "Work that is nobody's but theirs" });
    const said = JSON.stringify([
      (await nexwork.get(`/tasks/${id}`, mine.key)).body,
      (await nexwork.get("/agents/me/tasks", mine.key)).body,
    ]);
    expect(said).toContain(newProposal.planText);
    expect(said).not.toMatch(/nobody's but theirs|1234/);
    expect(said).not.toContain(theirs.id);
  });

  it("paid in credits is none of this door's business", async () => {
    const payer = await openCompetitor(house, { grantCredits: 100, ownerEmail: `${randomUUID()}@example.com` });
    const id = await openCompetition(house, payer.id, { currency: "credits", budget: 50 });
    expect((await nexwork.get(`/tasks/${id}`, agent.key)).status).toBe(404);
    expect((await nexwork.propose(id, agent.key, { estimatedCostCents: 1 })).status).toBe(404);
    expect(await listedIds(agent.key, "?limit=100")).not.toContain(id);
  });
});
