import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectA2a, send } from "../support/a2a-client.ts";
import { type Answer, foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

let house: TestHouse;
let far: TestHouse;
let client: NativeClient;
let owner: Member;
const clock = new VirtualClock();

beforeAll(async () => {
  house = await openTestHouse({ clock: clock.now });
  far = await openTestHouse({ clock: clock.now, database: house.database });
  client = new NativeClient(house.url);
});
afterAll(async () => {
  await far.close();
  await house.close();
});
beforeEach(async () => {
  owner = await foundOrganization(house);
});

interface LimitedKey {
  readonly id: string;
  readonly key: string;
}

async function limitedKey(limits: Record<string, number | null>, agentId?: string): Promise<LimitedKey> {
  const body = { limits: { daily_cents: null, daily_credits: null, ...limits }, agent_id: agentId ?? null };
  const answer = await client.post("/v1/keys", owner.key, body);
  expect(answer.status).toBe(201);
  expect(answer.body.key).toMatchObject(body.limits);
  return { id: answer.body.key.id, key: answer.body.api_key };
}

const post = (key: string, budget: number, more: object = {}, through = client): Promise<Answer> =>
  through.post("/v1/tasks", key, { title: "A task", description: "Do it.", budget, currency: "usd", ...more });
const limitsOf = async (kind: "keys" | "agents", id: string, key = owner.key) =>
  (await client.get(`/v1/${kind}/${id}/limits`, key)).body.limits;

describe("a key with a spending limit", () => {
  it("spends up to it in a day, is answered 402 beyond it, and begins anew the next day", async () => {
    const limited = await limitedKey({ daily_cents: 500 });
    expect((await post(limited.key, 300)).status).toBe(201);
    const refused = await post(limited.key, 201);
    expect([refused.status, refused.body.code]).toEqual([402, "spending_limit_reached"]);
    expect(refused.body.detail).toMatch(
      /^This API key may spend 500 cents a day; 200 are left until .*T00:00:00.000Z\.$/,
    );
    expect((await post(limited.key, 200)).status).toBe(201);
    expect(await limitsOf("keys", limited.id)).toEqual({
      daily_cents: 500,
      daily_credits: null,
      spent_cents: 500,
      spent_credits: 0,
      resets_at: `${new Date(Date.parse(clock.now()) + 86_400_000).toISOString().slice(0, 10)}T00:00:00.000Z`,
    });
    // Nobody else is bound by it.
    expect((await post(owner.key, 500)).status).toBe(201);
    clock.advanceDays(1);
    expect((await post(limited.key, 500)).status).toBe(201);
  });

  it("spends once for a request that is sent twice", async () => {
    const limited = await limitedKey({ daily_cents: 500 });
    const task = { title: "A task", description: "Do it.", budget: 300, currency: "usd" };
    const [one, other] = await Promise.all([1, 2].map(() => client.post("/v1/tasks", limited.key, task, "once")));
    expect(one?.body.task.id).toBe(other?.body.task.id);
    expect(await limitsOf("keys", limited.id)).toMatchObject({ spent_cents: 300 });
  });

  it("is never outspent by requests that come at once through two nodes", async () => {
    const limited = await limitedKey({ daily_cents: 20 });
    const nodes = [client, new NativeClient(far.url)];
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => post(limited.key, 1, {}, nodes[i % 2])));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(answers.filter(({ status }) => status === 402)).toHaveLength(40);
    expect(await limitsOf("keys", limited.id)).toMatchObject({ spent_cents: 20 });
    await house.expectLedgerToBalance();
  });

  it("is bound in projects and payouts too", async () => {
    const limited = await limitedKey({ daily_cents: 100 });
    const project = { title: "A project", description: "Do it.", budget: 101 };
    expect((await client.post("/v1/projects", limited.key, project)).body.code).toBe("spending_limit_reached");
    const payout = await client.post("/v1/wallet/payouts", limited.key, { amount: 101 });
    expect([payout.status, payout.body.code]).toEqual([402, "spending_limit_reached"]);
    expect((await client.post("/v1/wallet/deposits", limited.key, { amount: 101 })).status).toBe(201);
  });

  it("is bound at the other doors, each in its own words", async () => {
    const limited = await limitedKey({ daily_cents: 100 });
    const club = { title: "Label", instructions: "One word.", payout_cents: 101 };
    expect((await client.post("/api/agent/v1/tasks", limited.key, club)).status).toBe(402);

    const agent = await client.createAgent(owner.key);
    const ofAgent = await limitedKey({ daily_credits: 10 }, agent.id);
    const market = await client.post("/api/tasks", ofAgent.key, { title: "T", description: "D", budget: 11 });
    expect(market.status).toBe(402);
    expect(market.body.error).toMatch(/may spend 10 credits a day/);

    const stranger = await foundOrganization(house);
    const hired = await client.createAgent(stranger.key, {
      endpoint_url: "https://agent.example.com/",
      price_per_task: 11,
    });
    const execute = { agent_id: hired.id, task_description: "Do it.", budget: 11 };
    expect((await client.post("/api/execute", ofAgent.key, execute)).body.error).toMatch(/may spend 10 credits a day/);
    const a2a = await connectA2a(`${house.url}/a2a/agents/${hired.id}`, ofAgent.key);
    await expect(send(a2a, "Do it.")).rejects.toThrow(/may spend 10 credits a day/);
  });

  it("cannot get around it: it makes, changes and revokes no keys, limits or passwords", async () => {
    const limited = await limitedKey({ daily_cents: 100 });
    const agent = await client.createAgent(owner.key);
    const none = { daily_cents: null, daily_credits: null };
    const tried = await Promise.all([
      client.post("/v1/keys", limited.key, {}),
      client.post("/v1/keys", limited.key, { agent_id: agent.id }),
      client.post(`/v1/keys/${limited.id}/rotate`, limited.key),
      client.send("DELETE", `/v1/keys/${limited.id}`, undefined, { key: limited.key }),
      client.send("PUT", `/v1/keys/${limited.id}/limits`, none, { key: limited.key }),
      client.send("PUT", `/v1/agents/${agent.id}/limits`, none, { key: limited.key }),
      client.send("PUT", "/v1/me/password", { password: "correct horse" }, { key: limited.key }),
    ]);
    expect(tried.map(({ status, body }) => [status, body.code])).toEqual(tried.map(() => [403, "not_allowed"]));
  });

  it("keeps its limit, and what it has spent, when it is replaced", async () => {
    const limited = await limitedKey({ daily_cents: 100 });
    expect((await post(limited.key, 60)).status).toBe(201);
    const rotated = await client.post(`/v1/keys/${limited.id}/rotate`, owner.key);
    expect((await post(rotated.body.api_key, 41)).body.code).toBe("spending_limit_reached");
    const again = await client.post(`/v1/keys/${rotated.body.key.id}/rotate`, owner.key);
    expect((await post(again.body.api_key, 41)).body.code).toBe("spending_limit_reached");
    expect((await post(again.body.api_key, 40)).status).toBe(201);
    expect(await limitsOf("keys", again.body.key.id)).toMatchObject({ daily_cents: 100, spent_cents: 100 });
  });

  it("is set, changed and freed later by whoever manages it", async () => {
    const { body } = await client.post("/v1/keys", owner.key);
    const set = (limits: object) => client.send("PUT", `/v1/keys/${body.key.id}/limits`, limits, { key: owner.key });
    expect((await set({ daily_cents: 10, daily_credits: null })).body.limits).toMatchObject({ daily_cents: 10 });
    expect((await post(body.api_key, 11)).status).toBe(402);
    expect((await set({ daily_cents: null, daily_credits: null })).status).toBe(200);
    expect((await post(body.api_key, 11)).status).toBe(201);
  });

  it("is no administrator's", async () => {
    const admin = await foundOrganization(house, "admin");
    const limits = { daily_cents: 1, daily_credits: null };
    const refused = await client.post("/v1/keys", admin.key, { role: "admin", limits });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, "#/limits"]);
    const { body } = await client.post("/v1/keys", admin.key, { role: "admin" });
    const set = await client.send("PUT", `/v1/keys/${body.key.id}/limits`, limits, { key: admin.key });
    expect(set.status).toBe(403);
  });
});

describe("an agent with a spending limit", () => {
  const task = { currency: "credits" };

  it("is bound with all its keys together, by its operator and not by itself", async () => {
    const agent = await client.createAgent(owner.key, { owner_email: `${crypto.randomUUID()}@example.com` });
    const { body: second } = await client.post("/v1/keys", agent.key);
    const set = (key: string, limits: object) => client.send("PUT", `/v1/agents/${agent.id}/limits`, limits, { key });
    expect((await set(agent.key, { daily_cents: null, daily_credits: 90 })).status).toBe(403);
    expect((await set(owner.key, { daily_cents: null, daily_credits: 10 })).status).toBe(200);
    expect((await post(agent.key, 6, task)).status).toBe(201);
    const refused = await post(second.api_key, 5, task);
    expect(refused.body.detail).toMatch(/^This agent may spend 10 credits a day; 4 are left/);
    expect((await post(second.api_key, 4, task)).status).toBe(201);
    expect(await limitsOf("agents", agent.id, agent.key)).toMatchObject({ daily_credits: 10, spent_credits: 10 });
    const admin = await foundOrganization(house, "admin");
    expect((await set(admin.key, { daily_cents: null, daily_credits: null })).status).toBe(200);
    expect((await post(agent.key, 6, task)).status).toBe(201);
  });

  it("is not shown to strangers", async () => {
    const agent = await client.createAgent(owner.key);
    const stranger = await foundOrganization(house);
    expect((await client.get(`/v1/agents/${agent.id}/limits`, stranger.key)).status).toBe(403);
  });
});
