import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CompetitionClient } from "../support/competition-client.ts";
import { foundOrganization, type Member, type NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let competition: CompetitionClient;
let market: NativeClient;
let poster: Member;
let reader: Member;

beforeAll(async () => {
  house = await openTestHouse();
  competition = await CompetitionClient.open(house);
  ({ market, poster } = competition);
  reader = await foundOrganization(house);
});
afterAll(async () => {
  await house.expectLedgerToBalance();
  await house.close();
});

const idsOf = (body: { data: { id: string }[] }): string[] => body.data.map(({ id }) => id);

async function find(q: string, more = ""): Promise<string[]> {
  const { status, body } = await market.get(`/v1/tasks?q=${encodeURIComponent(q)}${more}`, reader.key);
  expect([status, body.next_cursor]).toEqual([200, null]);
  return idsOf(body);
}

/** Follows `next_cursor` to the end. */
async function readAll(path: string, key: string, from = ""): Promise<{ id: string }[]> {
  const all: { id: string }[] = [];
  for (let cursor: string | null = from; cursor !== null; ) {
    const { status, body } = await market.get(`${path}${cursor === "" ? "" : `&cursor=${cursor}`}`, key);
    expect(status).toBe(200);
    all.push(...body.data);
    cursor = body.next_cursor;
  }
  return all;
}

describe("searching the board for words", () => {
  it("finds them in title, brief, instructions, category, tags and capabilities, the newest first", async () => {
    const places = [
      { title: "A zeppelin" },
      { description: "Something about zeppelins." },
      { instructions: "Draw the Zeppelin." },
      { category: "zeppelin" },
      { tags: ["zeppelin"] },
      { required_capabilities: ["zeppelin"] },
    ];
    const posted: string[] = [];
    for (const place of places) posted.unshift(await market.postTask(poster.key, place));
    posted.unshift(await competition.postTask({ title: "Proposals for a zeppelin" }));
    await market.postTask(poster.key, { title: "A balloon" });
    expect(await find("zeppelin")).toEqual(posted);
    expect(await find("ZEPPELINS")).toEqual(posted);
  });

  it("understands phrases, or, and words that are not wanted", async () => {
    const [audit, logo, both] = [
      await market.postTask(poster.key, { title: "Walrus site audit" }),
      await market.postTask(poster.key, { title: "Walrus logo" }),
      await market.postTask(poster.key, { title: "Walrus audit of a logo on your site" }),
    ];
    expect(await find('walrus "site audit"')).toEqual([audit]);
    expect(await find("walrus logo or walrus audit")).toEqual([both, logo, audit]);
    expect(await find("walrus -logo")).toEqual([audit]);
    expect(await find("walrus audit")).toEqual([both, audit]);
    expect(await find("walrus unicorn")).toEqual([]);
  });

  it("finds words of other languages as they are written, and survives whatever else is sent", async () => {
    const taskId = await market.postTask(poster.key, { title: "Übersetzung: Größenänderung 東京 naïve" });
    for (const word of ["übersetzung", "größenänderung", "東京", "naïve"]) expect(await find(word)).toEqual([taskId]);
    for (const odd of ["'; drop table tasks; --", "((&|!", "\\", "a:*b <-> c", "🦭", "x".repeat(200)]) {
      expect(await find(`seal ${odd}`.slice(0, 200))).toEqual([]);
    }
  });

  it("finds only open tasks that are on the board", async () => {
    await market.postTask(poster.key, { title: "Gondola", intake: "direct" });
    const cancelled = await market.postTask(poster.key, { title: "Gondola" });
    await market.post(`/v1/tasks/${cancelled}/cancel`, poster.key);
    const claimed = await market.postTask(poster.key, { title: "Gondola" });
    await market.post(`/v1/tasks/${claimed}/claim`, reader.key);
    const closed = await competition.postTask({ title: "Gondola" });
    const open = await competition.postTask({ title: "Gondola" });
    expect(await find("gondola")).toEqual([open, closed]);
    await market.post(`/v1/tasks/${closed}/close-intake`, poster.key);
    expect(await find("gondola")).toEqual([open]);
  });

  it("goes together with every other filter, and with pages", async () => {
    const wished = { title: "Funicular", category: "transport", required_capabilities: ["drawing"] };
    const plain = await market.postTask(poster.key, { title: "Funicular" });
    const claim = await market.postTask(poster.key, wished);
    const proposals = await competition.postTask(wished);
    expect(await find("funicular", "&intake=claim")).toEqual([claim, plain]);
    expect(await find("funicular", "&intake=proposals")).toEqual([proposals]);
    expect(await find("funicular", "&category=transport")).toEqual([proposals, claim]);
    expect(await find("funicular", "&capability=drawing&intake=claim")).toEqual([claim]);
    expect(await find("funicular", "&currency=credits")).toEqual([]);
    expect(await find("funicular", "&state=open")).toHaveLength(3);
    const paged = await readAll("/v1/tasks?q=funicular&limit=1", reader.key);
    expect(paged.map(({ id }) => id)).toEqual([proposals, claim, plain]);
  });

  it("is refused without a word to look for, or where it cannot look", async () => {
    for (const q of ["", "%20", "the", "-logo", "or", "logo or -site", "a%00b", "logo%ED%A0%80", "x".repeat(201)]) {
      const { status, body } = await market.get(`/v1/tasks?q=${q}`, reader.key);
      expect([q, status, body.errors?.[0]?.parameter]).toEqual([q, 400, "q"]);
    }
    for (const more of ["state=completed", "mine=posted"]) {
      const { status, body } = await market.get(`/v1/tasks?q=logo&${more}`, reader.key);
      expect([status, body.errors[0].parameter]).toEqual([400, "q"]);
    }
  });
});

describe("the board in the native API", () => {
  it("holds tasks to be claimed and tasks that take proposals, the newest first, or one kind alone", async () => {
    const category = "two-halves";
    const expected: string[] = [];
    for (const post of ["claim", "proposals", "proposals", "claim"] as const) {
      const task = { category };
      expected.unshift(post === "claim" ? await market.postTask(poster.key, task) : await competition.postTask(task));
    }
    const [d, c, b, a] = expected;
    const list = async (more: string) =>
      idsOf((await market.get(`/v1/tasks?category=${category}${more}`, reader.key)).body);
    expect(await list("")).toEqual(expected);
    expect(await list("&intake=claim")).toEqual([d, a]);
    expect(await list("&intake=proposals")).toEqual([c, b]);
    const paged = await readAll(`/v1/tasks?category=${category}&limit=3`, reader.key);
    expect(paged.map(({ id }) => id)).toEqual(expected);
    await market.post(`/v1/tasks/${b}/close-intake`, poster.key);
    expect(await list("")).toEqual([d, c, a]);
    expect(await list("&state=selecting")).toEqual([b]);
    const mine = (await market.get("/v1/tasks?mine=posted&intake=proposals&limit=2", poster.key)).body;
    expect(idsOf(mine)).toEqual([c, b]);
  });
});

describe("work for an agent that competes", () => {
  const profile = { categories: ["cartography"], capabilities: ["maps"], price_per_task: 1_000 };
  const listed = async (worker: Member) => {
    const { body } = await market.get("/v1/work?limit=100", worker.key);
    return body.data.filter(({ title }: { title: string }) => title.startsWith("Map")) as {
      id: string;
      rank: { score: number; reasons: string[] };
    }[];
  };

  it("is ranked, whether it is to be claimed or proposed on, and says why; what it has proposed on is left out", async () => {
    const worker = await competition.approvedAgent(profile);
    const poor = await competition.postTask({ title: "Map 1", category: "cartography", budget: 250 });
    const general = await competition.postTask({ title: "Map 2", required_capabilities: ["maps"] });
    const best = await competition.postTask({
      title: "Map 3",
      category: "cartography",
      required_capabilities: ["maps"],
      budget: 5_000,
    });
    const claim = await market.postTask(poster.key, { title: "Map 4", category: "cartography", budget: 1_000 });
    await competition.postTask({ title: "Map 5", category: "law" });
    const meant = await market.postTask(poster.key, { title: "Map 6", intake: "direct", agent_id: worker.id });
    const work = await listed(worker);
    expect(work.map(({ id }) => id)).toEqual([meant, best, claim, poor, general]);
    expect(work.map(({ rank }) => rank.score)).toEqual([100, 100, 85, 74, 50]);
    expect(work[0]?.rank.reasons).toEqual(["meant for you"]);
    expect(work[1]?.rank.reasons).toEqual([
      "your category cartography",
      "you have every capability it needs",
      "pays your usual price",
      "posted within the hour",
    ]);
    await competition.propose(best, worker);
    expect((await listed(worker)).map(({ id }) => id)).toEqual([meant, claim, poor, general]);
    // What is to be proposed on is never leased.
    const next = async () => (await market.post("/v1/work/next", worker.key, { capabilities: ["maps"] })).body;
    expect((await next()).task.id).toBe(meant);
    const rest = [await next(), await next()].map((body) => body.task?.intake ?? "claim");
    expect(rest).toEqual(["claim", "claim"]);
  });

  it("has nothing to propose on for an agent that no admin has let in, nor for people, nor of its own side", async () => {
    const category = { category: "cartography" };
    const open = await competition.postTask({ title: "Map 7", ...category });
    const stranger = await market.createAgent(competition.operator.key, profile);
    const own = await market.createAgent(poster.key, profile);
    await competition.expect(200, `/v1/admin/agents/${own.id}/approve`, competition.admin.key);
    for (const seeker of [stranger, own, reader])
      expect((await listed(seeker)).map(({ id }) => id)).not.toContain(open);
    const approved = await competition.approvedAgent(profile);
    expect((await listed(approved)).map(({ id }) => id)).toContain(open);
  });

  it("comes in pages that fit together, though more is posted between them", async () => {
    const worker = await competition.approvedAgent({ ...profile, categories: ["paging"] });
    const tasks = [];
    for (let n = 0; n < 4; n++) {
      tasks.push(await competition.postTask({ category: "paging", budget: 100 + n * 200 }));
      tasks.push(await market.postTask(poster.key, { category: "paging" }));
    }
    const whole = (await readAll("/v1/work?limit=100", worker.key)).map(({ id }) => id);
    expect(whole).toEqual(expect.arrayContaining(tasks));
    const first = (await market.get("/v1/work?limit=3", worker.key)).body;
    for (const budget of [50, 5_000]) await competition.postTask({ category: "paging", budget });
    await market.postTask(poster.key, { category: "elsewhere" });
    const others = await readAll("/v1/work?limit=3", worker.key, first.next_cursor);
    expect([...idsOf(first), ...others.map(({ id }) => id)]).toEqual(whole);
  });
});
