import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cancelTask } from "../../src/market/cancel-task.ts";
import { AgentMarketClient, type Answer } from "../support/agentmarket-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { expectRefusal } from "./support/expectations.ts";
import { organizationOf, postThroughEngine } from "./support/organizations.ts";

let house: TestHouse;
let market: AgentMarketClient;

beforeAll(async () => {
  house = await openTestHouse();
  market = new AgentMarketClient(house.url);
});
afterAll(() => house.close());

const task = { title: "A task", description: "What is to be done.", budget: 25 };

async function idsAt(query: string, key?: string): Promise<string[]> {
  const { body } = await market.get(`/api/tasks?${query}`, key);
  return body.data.map(({ id }: { id: string }) => id);
}

describe("posting a task", () => {
  it("holds the whole budget and shows the task as its document does", async () => {
    const poster = await market.register();
    const sent = { ...task, required_capabilities: ["research", "summarization"] };
    const { status, body } = await market.post("/api/tasks", poster.key, sent);
    expect(status).toBe(201);
    expect(body).toEqual({
      success: true,
      data: {
        id: expect.any(String),
        ...sent,
        currency: "credits",
        status: "open",
        review: "auto",
        posted_by: poster.id,
        assigned_to: null,
        result: null,
        created_at: expect.stringMatching(/Z$/),
        expires_at: expect.stringMatching(/Z$/),
        assigned_at: null,
        completed_at: null,
      },
      balance: 75,
    });
    expect((await market.get(`/api/tasks/${body.data.id}`, poster.key)).body).toEqual(body);
  });

  it.each([
    ["no title", { title: undefined }],
    ["no description", { description: undefined }],
    ["no budget", { budget: undefined }],
    ["a blank title", { title: " \n" }],
    ["a title of 201 characters", { title: "t".repeat(201) }],
    ["a description of 100,001 characters", { description: "d".repeat(100_001) }],
    ["a budget of 0", { budget: 0 }],
    ["a budget below 0", { budget: -5 }],
    ["half a credit", { budget: 1.5 }],
    ["a budget as text", { budget: "25" }],
    ["a budget over a thousand million", { budget: 1_000_000_001 }],
    ["an enormous budget", { budget: 1e21 }],
    ["51 capabilities", { required_capabilities: Array.from({ length: 51 }, (_, index) => `c${index}`) }],
    ["a capability that is no slug", { required_capabilities: ["Two Words"] }],
    ["another kind of review", { review: "never" }],
  ])("is refused with %s, and nothing is held", async (_what, overrides) => {
    const poster = await market.register();
    expectRefusal(
      await market.post("/api/tasks", poster.key, { ...task, ...overrides }),
      400,
      "validation_failed",
      100,
    );
    expect((await market.get("/api/wallet", poster.key)).body.balance).toBe(100);
  });

  it("takes titles of 200 and descriptions of 100,000 characters, emoji counted as one", async () => {
    const poster = await market.register();
    const edge = { title: "🦉".repeat(200), description: "🦉".repeat(100_000), budget: 1, required_capabilities: [] };
    const { status, body } = await market.post("/api/tasks", poster.key, edge);
    expect(status).toBe(201);
    expect(body.data).toMatchObject(edge);
  });

  it("is refused with 402 when the wallet holds too little, and nothing is posted", async () => {
    const poster = await market.register();
    const sent = { ...task, budget: 101, required_capabilities: ["too-dear"] };
    expectRefusal(await market.post("/api/tasks", poster.key, sent), 402, "funds_insufficient", 100);
    expect(await idsAt("status=all&capability=too-dear")).toEqual([]);
    expect((await market.post("/api/tasks", poster.key, { ...sent, budget: 100 })).body.balance).toBe(0);
    expectRefusal(await market.post("/api/tasks", poster.key, { ...sent, budget: 1 }), 402, "funds_insufficient", 0);
  });

  it("cannot spend the same credits twice at once", async () => {
    const poster = await market.register();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => market.post("/api/tasks", poster.key, { ...task, budget: 30 })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, ...Array(7).fill(402)]);
    expect((await market.get("/api/wallet", poster.key)).body.balance).toBe(10);
    await house.expectLedgerToBalance();
  });
});

describe("the board", () => {
  it("is divided by status, and shows open tasks unless asked otherwise", async () => {
    const poster = await market.register();
    const worker = await market.register();
    const required_capabilities = ["divided"];
    const [open, assigned, completed, cancelled] = await Promise.all(
      [1, 2, 3, 4].map((budget) => market.postTask(poster.key, { budget, required_capabilities })),
    );
    await market.post(`/api/tasks/${assigned}/accept`, worker.key);
    await market.post(`/api/tasks/${completed}/accept`, worker.key);
    await market.post(`/api/tasks/${completed}/complete`, worker.key, { result: "Done." });
    await house.app.engine.execute(cancelTask, { taskId: String(cancelled), posterId: poster.id });
    const at = (query: string) => idsAt(`capability=divided${query}`);
    expect(await at("")).toEqual([open]);
    expect(await at("&status=open")).toEqual([open]);
    expect(await at("&status=assigned")).toEqual([assigned]);
    expect(await at("&status=completed")).toEqual([completed]);
    expect(await at("&status=cancelled")).toEqual([cancelled]);
    const all = await at("&status=all");
    expect(all).toEqual(all.toSorted().reverse());
    expect(all.toSorted()).toEqual([open, assigned, completed, cancelled].sort());
    expect((await market.get(`/api/tasks/${cancelled}`)).body.data.status).toBe("cancelled");
    expect((await market.get("/api/wallet", poster.key)).body.balance).toBe(100 - 1 - 2 - 3);
  });

  it("shows tasks held in USD only when asked for them, each with its currency", async () => {
    const organization = await organizationOf(house);
    const poster = await market.register();
    const requiredCapabilities = ["paid"];
    const usd = await postThroughEngine(house, { posterId: organization.id, requiredCapabilities });
    const credits = await market.postTask(poster.key, { required_capabilities: requiredCapabilities });
    expect(await idsAt("capability=paid")).toEqual([credits]);
    expect(await idsAt("capability=paid&currency=credits")).toEqual([credits]);
    expect(await idsAt("capability=paid&currency=usd")).toEqual([usd]);
    expect((await idsAt("capability=paid&currency=all")).toSorted()).toEqual([usd, credits].sort());
    const shown = await market.get("/api/tasks?capability=paid&currency=usd", poster.key);
    expect(shown.body).toMatchObject({ data: [{ currency: "usd", budget: 30 }], balance: 75 });
  });

  it("pays work held in USD in USD and leaves the worker's credits as they were", async () => {
    const organization = await organizationOf(house);
    const worker = await market.register();
    const id = await postThroughEngine(house, { posterId: organization.id });
    expect((await market.post(`/api/tasks/${id}/accept`, worker.key)).body.balance).toBe(100);
    const done = await market.post(`/api/tasks/${id}/complete`, worker.key, { result: "Done." });
    expect(done.body).toMatchObject({ balance: 100, data: { status: "completed", currency: "usd" } });
    await house.expectLedgerToBalance();
  });

  it.each(["status=done", "status=", "status=open&status=all", "currency=eur", "currency=USD"])(
    "refuses ?%s",
    async (query) => expectRefusal(await market.get(`/api/tasks?${query}`), 400, "validation_failed"),
  );

  it("is walked by cursor without a repeat or a gap while others post", async () => {
    const poster = await market.register();
    const required_capabilities = ["walk"];
    const post = () => market.postTask(poster.key, { budget: 1, required_capabilities });
    const posted = await Promise.all(Array.from({ length: 22 }, post));
    const seen: string[] = [];
    let cursor: string | null = "";
    for (let pages = 0; cursor !== null; pages++) {
      expect(pages).toBeLessThan(10);
      const { body }: Answer = await market.get(`/api/tasks?capability=walk&limit=5${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.next_cursor;
      await post();
    }
    expect(seen.toSorted()).toEqual(posted.toSorted());
  });

  it("has no next page after exactly the last task", async () => {
    const poster = await market.register();
    for (let index = 0; index < 2; index++) await market.postTask(poster.key, { required_capabilities: ["two"] });
    expect((await market.get("/api/tasks?capability=two&limit=2")).body.next_cursor).toBeNull();
    expect((await market.get("/api/tasks?capability=two&limit=1")).body.next_cursor).not.toBeNull();
  });

  it("shows a result to the poster and the worker only", async () => {
    const [poster, worker, stranger] = await Promise.all([1, 2, 3].map(() => market.register()));
    if (!poster || !worker || !stranger) throw new Error("Three agents are needed.");
    const id = await market.postTask(poster.key, { required_capabilities: ["secretive"] });
    await market.post(`/api/tasks/${id}/accept`, worker.key);
    await market.post(`/api/tasks/${id}/complete`, worker.key, { result: "For your eyes only" });
    for (const path of [`/api/tasks/${id}`, "/api/tasks?status=completed&capability=secretive"]) {
      for (const insider of [poster, worker]) {
        expect(JSON.stringify((await market.get(path, insider.key)).body)).toContain("For your eyes only");
      }
      for (const outsider of [stranger.key, undefined]) {
        const { status, body } = await market.get(path, outsider);
        expect(status).toBe(200);
        expect([body.data].flat()[0]).not.toHaveProperty("result");
        expect(JSON.stringify(body)).not.toContain("For your eyes only");
      }
    }
  });
});

describe("a single task", () => {
  it("is found by anyone, with or without a key, in whatever case its id is written", async () => {
    const poster = await market.register();
    const id = await market.postTask(poster.key);
    expect((await market.get(`/api/tasks/${id}`)).body).not.toHaveProperty("balance");
    expect((await market.get(`/api/tasks/${id.toUpperCase()}`, poster.key)).body).toMatchObject({
      data: { id },
      balance: 75,
    });
  });

  it("is not there by an unknown id or by something that is no id", async () => {
    for (const id of [crypto.randomUUID(), "not-a-uuid", "%00", "..%2f..", "x".repeat(600)]) {
      expect((await market.get(`/api/tasks/${id}`)).status).toBe(404);
    }
    expectRefusal(await market.get("/api/tasks/not-a-uuid"), 404, "task_not_found");
  });

  it("is not there for strangers when it is private", async () => {
    const [poster, stranger] = await Promise.all([market.register(), market.register()]);
    const id = await postThroughEngine(house, { posterId: poster.id, currency: "credits", visibility: "private" });
    expectRefusal(await market.get(`/api/tasks/${id}`, stranger.key), 404, "task_not_found", 100);
    expectRefusal(await market.get(`/api/tasks/${id}`), 404, "task_not_found");
    expect((await market.get(`/api/tasks/${id}`, poster.key)).status).toBe(200);
    for (const key of [undefined, stranger.key, poster.key]) {
      expect(await idsAt("status=all&currency=all&limit=100", key)).not.toContain(id);
    }
    expectRefusal(await market.post(`/api/tasks/${id}/accept`, stranger.key), 404, "task_not_found", 100);
    expectRefusal(
      await market.post(`/api/tasks/${id}/complete`, stranger.key, { result: "x" }),
      404,
      "task_not_found",
      100,
    );
  });
});
