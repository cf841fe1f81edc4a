import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentMarketClient, type Answer } from "../support/agentmarket-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { expectRefusal } from "./support/expectations.ts";

let house: TestHouse;
let market: AgentMarketClient;

beforeAll(async () => {
  house = await openTestHouse();
  market = new AgentMarketClient(house.url);
});
afterAll(() => house.close());

const complete = { name: "ResearchBot", capabilities: ["research"], owner_email: "me@example.com" };

function register(overrides: Record<string, unknown> = {}): Promise<Answer> {
  const owner_email = `${crypto.randomUUID()}@example.com`;
  return market.post("/api/agents/register", undefined, { ...complete, owner_email, ...overrides });
}

describe("registering an agent", () => {
  it("needs a name, capabilities and the owner's e-mail, and says which is missing", async () => {
    for (const field of ["name", "capabilities", "owner_email"]) {
      const answer = await register({ [field]: undefined });
      expectRefusal(answer, 400, "validation_failed");
      expect(answer.body.error).toContain(`"${field}"`);
    }
  });

  it("gives 100 credits, a price of 0 and an empty description where nothing else is said", async () => {
    const { status, body } = await register();
    expect(status).toBe(201);
    expect(body).toEqual({
      success: true,
      data: { id: expect.any(String), name: "ResearchBot", api_key: expect.any(String), capabilities: ["research"] },
      balance: 100,
    });
    expect((await market.get(`/api/agents/${body.data.id}`)).body.data).toMatchObject({
      price_per_task: 0,
      description: "",
      reputation_score: null,
      total_tasks: 0,
    });
  });

  it.each([
    ["a blank name", { name: "  " }],
    ["a name of 201 characters", { name: "n".repeat(201) }],
    ["no capability at all", { capabilities: [] }],
    ["51 capabilities", { capabilities: Array.from({ length: 51 }, (_, index) => `c${index}`) }],
    ["the same capability twice", { capabilities: ["a", "a"] }],
    ["a capability that is no slug", { capabilities: ["Two Words"] }],
    ["a capability of 65 characters", { capabilities: ["c".repeat(65)] }],
    ["a negative price", { price_per_task: -1 }],
    ["a price of half a credit", { price_per_task: 0.5 }],
    ["a price as text", { price_per_task: "15" }],
    ["a price over a thousand million", { price_per_task: 1_000_000_001 }],
    ["a description of 100,001 characters", { description: "d".repeat(100_001) }],
    ["an e-mail without a host", { owner_email: "me@" }],
    ["an e-mail with two @", { owner_email: "me@you@example.com" }],
    ["an e-mail outside of ASCII", { owner_email: "mé@example.com" }],
    ["an e-mail of 255 characters", { owner_email: `${"m".repeat(243)}@example.com` }],
    ["an endpoint that is no URL", { endpoint_url: "my-bot" }],
    ["an endpoint over http", { endpoint_url: "http://my-bot.com/execute" }],
    ["an endpoint in a private network", { endpoint_url: "https://10.0.0.7/execute" }],
    ["a webhook over http", { webhook_url: "http://my-bot.com/hook" }],
  ])("refuses %s", async (_what, overrides) => {
    expectRefusal(await register(overrides), 400, "validation_failed");
  });

  it("accepts everything up to the edge of the same bounds", async () => {
    const answer = await register({
      name: "n".repeat(200),
      capabilities: Array.from({ length: 50 }, (_, index) => `c${index}`),
      price_per_task: 1_000_000_000,
      description: "d".repeat(100_000),
      owner_email: `${"m".repeat(242)}@example.com`,
      endpoint_url: null,
      system_prompt: null,
      webhook_url: null,
    });
    expect(answer.status).toBe(201);
  });

  it("grants 100 credits to an owner's first five agents and none to later ones, whatever the e-mail's case", async () => {
    const balances: number[] = [];
    for (const owner_email of ["Owner@Example.com", "owner@example.com", "OWNER@EXAMPLE.COM", "oWner@example.com"]) {
      balances.push((await register({ owner_email })).body.balance);
    }
    const together = await Promise.all([1, 2, 3].map(() => register({ owner_email: "owner@EXAMPLE.com" })));
    expect(together.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect([...balances, ...together.map(({ body }) => body.balance)].sort()).toEqual([0, 0, 100, 100, 100, 100, 100]);
    await house.expectLedgerToBalance();
  });

  it("hands out the webhook secret only where there is a webhook", async () => {
    expect((await register()).body.data).not.toHaveProperty("webhook_secret");
    const { body } = await register({ webhook_url: "https://my-bot.com/webhooks" });
    expect(body.data.webhook_secret).toMatch(/^[0-9a-f]{64}$/);
  });

  it("tells an agent's private fields to nobody but the agent", async () => {
    const mark = "private-7f3a";
    const { body } = await register({
      capabilities: ["discreet"],
      endpoint_url: `https://example.com/${mark}/e`,
      system_prompt: `You are ${mark}`,
      webhook_url: `https://example.com/${mark}`,
      owner_email: `${mark}@example.com`,
    });
    const { id, api_key: key } = body.data;
    const stranger = await market.register();
    for (const path of [`/api/agents/${id}`, "/api/agents?capability=discreet"]) {
      for (const viewer of [undefined, stranger.key, key]) {
        const answer = await market.get(path, viewer);
        expect(answer.status).toBe(200);
        expect(JSON.stringify(answer.body)).not.toContain(mark);
        expect(JSON.stringify(answer.body)).not.toMatch(/endpoint_url|system_prompt|webhook|owner_email|api_key/);
      }
    }
    const self = await market.get("/api/agents/me", key);
    expect(self.body.data).toMatchObject({
      endpoint_url: `https://example.com/${mark}/e`,
      system_prompt: `You are ${mark}`,
      webhook_url: "...ivate-7f3a",
      owner_email: `${mark}@example.com`,
    });
    expect(self.body.balance).toBe(100);
  });
});

describe("the directory of agents", () => {
  it("lists newest first, filtered by capability", async () => {
    const first = await market.register({ capabilities: ["listing", "other"] });
    const second = await market.register({ capabilities: ["listing"] });
    await market.register({ capabilities: ["other"] });
    const { body } = await market.get("/api/agents?capability=listing");
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual([second.id, first.id]);
    expect(body.next_cursor).toBeNull();
    expect(body).not.toHaveProperty("balance");
    expect((await market.get("/api/agents?capability=nobody-can-do-this")).body.data).toEqual([]);
  });

  it("shows 20 unless asked for 1 to 100", async () => {
    await Promise.all(Array.from({ length: 25 }, () => market.register()));
    const countAt = async (query: string) => (await market.get(`/api/agents${query}`)).body.data.length;
    expect(await countAt("")).toBe(20);
    expect(await countAt("?limit=1")).toBe(1);
    expect(await countAt("?limit=100")).toBeGreaterThan(25);
  });

  it.each([
    "limit=0",
    "limit=101",
    "limit=-1",
    "limit=1.5",
    "limit=",
    "limit=ten",
    "limit=1e1",
    "limit=5&limit=6",
    "cursor=not-an-id",
    "cursor=",
    "capability=Two%20Words",
    "capability=",
    "capability=a%00b",
  ])("refuses ?%s", async (query) => {
    expectRefusal(await market.get(`/api/agents?${query}`), 400, "validation_failed");
    expectRefusal(await market.get(`/api/tasks?${query}`), 400, "validation_failed");
  });

  it("is walked by cursor without a repeat or a gap while others register", async () => {
    const registered = await Promise.all(
      Array.from({ length: 23 }, () => market.register({ capabilities: ["walked"] })),
    );
    const seen: string[] = [];
    let cursor: string | null = "";
    for (let pages = 0; cursor !== null; pages++) {
      expect(pages).toBeLessThan(10);
      const { body }: Answer = await market.get(
        `/api/agents?capability=walked&limit=5${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.next_cursor;
      await market.register({ capabilities: ["walked"] });
    }
    expect(seen.toSorted()).toEqual(registered.map(({ id }) => id).sort());
    expect(seen).toEqual(seen.toSorted().reverse());
  });

  it("knows no agent by an unknown id or by something that is no id", async () => {
    for (const id of [crypto.randomUUID(), "not-a-uuid", "me%20", "%00"]) {
      expectRefusal(await market.get(`/api/agents/${id}`), 404, "agent_not_found");
    }
  });
});
