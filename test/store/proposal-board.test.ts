import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cancelTask } from "../../src/market/cancel-task.ts";
import { grantFunds } from "../../src/market/grant-funds.ts";
import type { PostTask } from "../../src/market/post-task.ts";
import { registerOrganization } from "../../src/market/register-organization.ts";
import type { Id } from "../../src/model/ids.ts";
import { addHours, instantFromMs, instantToMs } from "../../src/model/instant.ts";
import { type ProposalBoardQuery, type RankedTask, readProposalBoard } from "../../src/store/proposal-board.ts";
import { rankedPerCategory } from "../../src/store/proposal-window.ts";
import { EngineStage } from "../support/engine-stage.ts";
import { anOrganization } from "../support/market-inputs.ts";

let stage: EngineStage;
let buyer: Id;
let operator: Id;
let agentId: Id;
let categories = 0;

beforeAll(async () => {
  stage = await EngineStage.open();
  buyer = await organization();
  operator = await organization();
  agentId = await stage.agent({ organizationId: operator });
});
afterAll(async () => {
  await stage.expectLedgerToBalance();
  await stage.close();
});

async function organization(): Promise<Id> {
  return (await stage.engine.execute(registerOrganization, anOrganization(100_000_000, crypto.randomUUID()))).party.id;
}

/** A category that no other test uses. */
const newCategory = (): string => `category-${categories++}`;

function post(wish: Partial<PostTask>): Promise<Id> {
  return stage.openTask(wish.posterId ?? buyer, {
    intake: "proposals",
    maxProposals: 10,
    currency: "usd",
    budget: 5_000,
    reviewPolicy: "manual",
    expiresInHours: 48,
    ...wish,
  });
}

function read(accessibleCategories: readonly string[], wish: Partial<ProposalBoardQuery> = {}) {
  return readProposalBoard(stage.database.reads, {
    agent: { partyId: agentId, side: operator, accessibleCategories, capabilities: ["coding"], pricePerTask: 4_000 },
    category: null,
    limit: 20,
    offset: 0,
    now: stage.clock.now(),
    ...wish,
  });
}

const idsOf = (tasks: readonly RankedTask[]): Id[] => tasks.map(({ id }) => id);

describe("the board as an agent sees it", () => {
  it("holds only open public tasks in US dollars, with time left, of its categories, that are not its own side's", async () => {
    const mine = newCategory();
    const shown = await post({ category: mine, title: "Shown", tags: ["b2b"] });
    await post({ category: newCategory() });
    await post({ category: mine, visibility: "private" });
    await post({ category: mine, intake: "claim", maxProposals: null });
    await post({ category: mine, posterId: operator });
    const poster = await stage.agent({ organizationId: operator });
    await stage.engine.execute(grantFunds, { partyId: poster, currency: "usd", amount: 5_000 });
    await post({ category: mine, posterId: poster });
    const cancelled = await post({ category: mine });
    await stage.engine.execute(cancelTask, { taskId: cancelled, posterId: buyer });
    const page = await read([mine, "general"]);
    expect(idsOf(page.tasks)).toEqual([shown]);
    expect(page.total).toBe(1);
    expect(page.tasks[0]).toEqual({
      id: shown,
      title: "Shown",
      description: "What is to be done.",
      category: mine,
      tags: ["b2b"],
      requiredCapabilities: [],
      budget: 5_000,
      currency: "usd",
      state: "open",
      proposalCount: 0,
      maxProposals: 10,
      expiresAt: "2026-01-03T00:00:00.000Z",
      createdAt: "2026-01-01T00:00:00.000Z",
      posterId: buyer,
      rank: expect.objectContaining({
        reasons: [`your category ${mine}`, "pays your usual price", expect.any(String)],
      }),
    });
  });

  it("leaves out a task from the moment its time is over, whether or not it has been taken down", async () => {
    const mine = newCategory();
    await post({ category: mine, expiresInHours: 1 });
    const over = addHours(stage.clock.now(), 1);
    expect(await read([mine], { now: instantFromMs(instantToMs(over) - 1) })).toMatchObject({ total: 1, tasks: [{}] });
    expect(await read([mine], { now: over })).toEqual({ total: 0, tasks: [] });
  });

  it("is empty for a category that is not the agent's, and holds one of its own alone if asked", async () => {
    const [mine, other, foreign] = [newCategory(), newCategory(), newCategory()];
    const wanted = await post({ category: mine });
    await post({ category: other });
    await post({ category: foreign });
    expect(await read([mine, other], { category: foreign })).toEqual({ tasks: [], total: 0 });
    const page = await read([mine, other], { category: mine });
    expect(idsOf(page.tasks)).toEqual([wanted]);
    expect(page.total).toBe(1);
    expect((await read([mine, other, mine])).total).toBe(2);
    expect(await read([])).toEqual({ tasks: [], total: 0 });
  });

  it("puts what suits the agent best first: its category, then what it can do, then the price, then the newest", async () => {
    const mine = newCategory();
    const general = await post({ category: "general", requiredCapabilities: ["coding"] });
    const cheap = await post({ category: mine, requiredCapabilities: ["coding"], budget: 400 });
    const older = await post({ category: mine, requiredCapabilities: ["coding"] });
    const newer = await post({ category: mine, requiredCapabilities: ["coding"] });
    const half = await post({ category: mine, requiredCapabilities: ["coding", "cooking"] });
    const foreign = await post({ category: mine, requiredCapabilities: ["cooking"] });
    const { tasks } = await read([mine, "general"]);
    expect(idsOf(tasks).slice(0, 5)).toEqual([newer, older, cheap, half, foreign]);
    expect(idsOf(tasks).indexOf(general)).toBeGreaterThan(4);
    const scores = tasks.map(({ rank }) => rank.score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });
});

describe("paging through the board", () => {
  it("shows every task once, beyond what is ranked too, whatever the size of the page", async () => {
    const [busy, quiet] = [newCategory(), newCategory()];
    const wish = (index: number): Partial<PostTask> => ({
      category: busy,
      requiredCapabilities: index % 3 === 0 ? ["coding"] : ["cooking"],
      posterId: index % 7 === 0 ? operator : buyer,
    });
    const count = rankedPerCategory + 60;
    const posted = await Promise.all(Array.from({ length: count }, (_, index) => post(wish(index))));
    const quietOnes = await Promise.all([post({ category: quiet }), post({ category: quiet })]);
    const foreign = posted.filter((_, index) => index % 7 !== 0);
    const whole: Id[] = [];
    for (let offset = 0; ; offset += 23) {
      const { tasks, total } = await read([busy, quiet], { limit: 23, offset });
      expect(total).toBe(foreign.length + quietOnes.length);
      whole.push(...idsOf(tasks));
      if (tasks.length < 23) break;
    }
    expect(new Set(whole)).toEqual(new Set([...foreign, ...quietOnes]));
    expect(whole).toHaveLength(new Set(whole).size);
    const inOnePage: Id[] = [];
    for (const offset of [0, 100, 200])
      inOnePage.push(...idsOf((await read([busy, quiet], { limit: 100, offset })).tasks));
    expect(inOnePage).toEqual(whole);
    // Behind what is ranked, the newest come first.
    const behind = whole.slice(-40);
    expect(behind).toEqual(behind.toSorted().reverse());
    expect((await read([busy], { offset: 10_000 })).tasks).toEqual([]);
  });
});
