import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { request as rawRequest } from "undici";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { localNetworks } from "../../src/model/outside-url.ts";
import { type AgentEndpoint, answers, startAgentEndpoint } from "../support/agent-endpoint.ts";
import { AgentMarketClient, type Answer } from "../support/agentmarket-client.ts";
import { NativeClient } from "../support/native-client.ts";
import { type ScriptedModel, startScriptedModel } from "../support/scripted-model.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { eventually } from "../support/webhook-receiver.ts";
import { expectRefusal } from "./support/expectations.ts";
import { organizationOf } from "./support/organizations.ts";

let house: TestHouse;
let market: AgentMarketClient;
let model: ScriptedModel;
let endpoint: AgentEndpoint;
let customer: { id: string; key: string };
let hired: { id: string; key: string };
let reached: { id: string; key: string };

const executeMs = 2_000;

beforeAll(async () => {
  [model, endpoint] = await Promise.all([startScriptedModel(), startAgentEndpoint()]);
  house = await openTestHouse({
    takesJobs: true,
    config: {
      allowHttpUrls: true,
      openNetworks: localNetworks,
      executeMs,
      model: {
        kind: "anthropic",
        baseUrl: model.baseUrl,
        apiKey: "k",
        model: "claude-sonnet-5",
        timeoutMs: 10_000,
        answerMs: 10_000,
        prices: new Map(),
      },
    },
  });
  market = new AgentMarketClient(house.url);
  hired = await market.register({ price_per_task: 15, system_prompt: "You are a poet" });
  reached = await market.register({ endpoint_url: endpoint.url });
});
beforeEach(async () => {
  customer = await market.register();
});
afterAll(async () => {
  await house.close();
  await Promise.all([model.close(), endpoint.close()]);
});

function execute(
  overrides: Record<string, unknown> = {},
  key: string | undefined = customer.key,
  idempotencyKey?: string,
): Promise<Answer> {
  const body = { agent_id: hired.id, task_description: "Write a haiku", budget: 15, ...overrides };
  return market.post("/api/execute", key, body, idempotencyKey);
}

async function balanceOf({ key }: { key: string }): Promise<number> {
  return (await market.get("/api/wallet", key)).body.balance;
}

async function runsOf({ id }: { id: string }): Promise<{ state: string; failure: string | null }[]> {
  const text = `select r.state, r.failure from runs r join tasks t on t.id = r.task_id where t.poster_id = $1`;
  return (await house.app.database.reads.query(text, [id])).rows;
}

describe("hiring an agent directly", () => {
  it("gives the model's answer, pays the agent its price but for the fee, and shows what is left", async () => {
    model.script({ say: "Packets flow like streams..." });
    const before = await balanceOf(hired);
    const answer = await execute({ budget: 20 });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      success: true,
      data: { task_id: expect.any(String), result: "Packets flow like streams..." },
      balance: 85,
    });
    expect(model.questions.at(-1)?.system).toContain("You are a poet");
    expect(await balanceOf(customer)).toBe(85);
    expect(await balanceOf(hired)).toBe(before + 13);
    const task = await market.get(`/api/tasks/${answer.body.data.task_id}`, customer.key);
    expect(task.body.data).toMatchObject({ status: "completed", budget: 15, assigned_to: hired.id });
    await eventually(
      async () => ((await runsOf(customer))[0]?.state === "succeeded" ? true : undefined),
      "its run ended",
    );
    await house.expectLedgerToBalance();
  });

  it("reaches an agent by its endpoint; one without a price gets the budget", async () => {
    endpoint.answer(answers.result("From afar."));
    const before = await balanceOf(reached);
    const answer = await execute({ agent_id: reached.id, budget: 40 });
    expect(answer.body).toMatchObject({ data: { result: "From afar." }, balance: 60 });
    expect(await balanceOf(reached)).toBe(before + 36);
    expect(JSON.parse(endpoint.seen.at(-1)?.body ?? "")).toEqual({
      task_id: answer.body.data.task_id,
      task_description: "Write a haiku",
      budget: 40,
    });
    expect(endpoint.seen.at(-1)?.headers["x-agentmarket-signature"]).toMatch(/^sha256=[0-9a-f]{64}$/);
  });

  it("signs with the secret that the agent was given when it registered", async () => {
    const { body } = await market.post("/api/agents/register", undefined, {
      name: "Far",
      capabilities: ["coding"],
      owner_email: `${crypto.randomUUID()}@example.com`,
      endpoint_url: endpoint.url,
    });
    endpoint.answer(answers.result("Done."));
    await execute({ agent_id: body.data.id });
    const seen = endpoint.seen.at(-1);
    const expected = createHmac("sha256", body.data.webhook_secret)
      .update(seen?.body ?? "")
      .digest("hex");
    expect(seen?.headers["x-agentmarket-signature"]).toBe(`sha256=${expected}`);
  });

  it.each([
    ["an endpoint that fails", answers.status(500), 502, "execution_failed", /status 500/],
    ["an endpoint that answers with a page", answers.html, 502, "execution_failed", /text\/html instead of JSON/],
    ["an endpoint that redirects", answers.status(302, { location: "/" }), 502, "execution_failed", /redirect/],
    ["an endpoint that hangs", answers.hang, 504, "execution_timeout", /no result within 2 seconds/],
  ] as const)("gives the money back after %s", async (_what, answer, status, code, reason) => {
    endpoint.answer(answer);
    const refusal = await execute({ agent_id: reached.id });
    expectRefusal(refusal, status, code, 100);
    expect(refusal.body.error).toMatch(reason);
    expect(await balanceOf(customer)).toBe(100);
    expect(await runsOf(customer)).toMatchObject([{ state: "failed", failure: expect.stringMatching(reason) }]);
    await house.expectLedgerToBalance();
  });

  it("gives the money back when the model refuses", async () => {
    model.script({ say: "I won't.", end: "refused" });
    const refusal = await execute();
    expectRefusal(refusal, 502, "execution_failed", 100);
    expect(refusal.body.error).toMatch(/declined/);
    expect(await balanceOf(customer)).toBe(100);
  });

  it("answers a retry with the first result, also while it is still under way, and runs once", async () => {
    model.script({ say: "Once.", afterMs: 300 });
    const asked = model.questions.length;
    const key = crypto.randomUUID();
    const attempts = await Promise.all(Array.from({ length: 10 }, () => execute({}, customer.key, key)));
    attempts.push(await execute({}, customer.key, key));
    expect(new Set(attempts.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(attempts[0]?.body).toMatchObject({ data: { result: "Once." }, balance: 85 });
    expect(model.questions.length).toBe(asked + 1);
    expect(await balanceOf(customer)).toBe(85);
    expectRefusal(await execute({ budget: 16 }, customer.key, key), 409, "idempotency_mismatch", 85);
  });

  it("answers a retry of a failure with that failure, and does not charge again", async () => {
    endpoint.answer(answers.status(500));
    const key = crypto.randomUUID();
    const first = await execute({ agent_id: reached.id }, customer.key, key);
    endpoint.answer(answers.result("Too late."));
    expect((await execute({ agent_id: reached.id }, customer.key, key)).body).toEqual(first.body);
    expect(await runsOf(customer)).toHaveLength(1);
    expect(await balanceOf(customer)).toBe(100);
  });

  it("runs to the end and pays although the caller has gone", async () => {
    model.script({ say: "Nobody hears this.", afterMs: 300 });
    const leaving = new AbortController();
    const sent = rawRequest(`${house.url}/api/execute`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": customer.key },
      body: JSON.stringify({ agent_id: hired.id, task_description: "Write", budget: 15 }),
      signal: leaving.signal,
    });
    await eventually(async () => ((await runsOf(customer)).length > 0 ? true : undefined), "a run");
    leaving.abort();
    await expect(sent).rejects.toThrow();
    await eventually(async () => ((await runsOf(customer))[0]?.state === "succeeded" ? true : undefined), "its end");
    expect(await balanceOf(customer)).toBe(85);
    await house.expectLedgerToBalance();
  });

  it("ends each of many hires once, whether the agent or the clock was first", async () => {
    endpoint.answer(async (response, seen) => {
      await pause(executeMs - 150 + Math.random() * 300);
      answers.result("Just in time.")(response, seen);
    });
    const all = await Promise.all(Array.from({ length: 20 }, () => execute({ agent_id: reached.id, budget: 5 })));
    const paid = all.filter(({ status }) => status === 200).length;
    const late = all.filter(({ status }) => status === 504).length;
    expect(paid + late).toBe(20);
    expect(await balanceOf(customer)).toBe(100 - 5 * paid);
    await house.expectLedgerToBalance();
  });
});

describe("hiring an agent", () => {
  it("that rests is forbidden, and costs nothing", async () => {
    const resting = await market.register({ endpoint_url: endpoint.url });
    await new NativeClient(house.url).send("PATCH", `/v1/agents/${resting.id}`, { paused: true }, { key: resting.key });
    const refusal = await execute({ agent_id: resting.id });
    expectRefusal(refusal, 403, "agent_paused", 100);
    expect(refusal.body.error).toMatch(/This agent is paused/);
    expect(await runsOf(customer)).toEqual([]);
  });

  it.each([
    ["no agent", { agent_id: undefined }],
    ["an agent that is no text", { agent_id: 7 }],
    ["no description", { task_description: undefined }],
    ["a blank description", { task_description: " " }],
    ["a description of 100,001 characters", { task_description: "d".repeat(100_001) }],
    ["no budget", { budget: undefined }],
    ["a budget of 0", { budget: 0 }],
    ["half a credit", { budget: 0.5 }],
    ["a budget as text", { budget: "15" }],
  ])("is refused with %s", async (_what, overrides) => {
    expectRefusal(await execute(overrides), 400, "validation_failed", 100);
  });

  it("is refused without a key, with a wrong one, for oneself, and for an agent that is not there", async () => {
    expectRefusal(await market.post("/api/execute", undefined, {}), 401, "key_missing");
    expectRefusal(await execute({}, "0".repeat(64)), 401, "key_invalid");
    expectRefusal(await execute({}, hired.key), 403, "own_task", await balanceOf(hired));
    for (const agent_id of [crypto.randomUUID(), "target-agent-uuid"]) {
      expectRefusal(await execute({ agent_id }), 404, "agent_not_found", 100);
    }
    const organization = await organizationOf(house);
    expectRefusal(await execute({ agent_id: organization.id }), 404, "agent_not_found", 100);
  });

  it("is refused when the agent cannot be run, costs more than the budget or more than there is", async () => {
    const idle = await market.register();
    expectRefusal(await execute({ agent_id: idle.id }), 400, "agent_not_executable", 100);
    expectRefusal(await execute({ budget: 14 }), 400, "budget_below_price", 100);
    const dear = await market.register({ price_per_task: 101, endpoint_url: "https://my-bot.com/execute" });
    expectRefusal(await execute({ agent_id: dear.id, budget: 101 }), 402, "funds_insufficient", 100);
    const unpriced = await market.register({ system_prompt: "You are free" });
    expectRefusal(await execute({ agent_id: unpriced.id, budget: 101 }), 402, "funds_insufficient", 100);
  });

  it("is refused for an agent of one's own organization", async () => {
    const organization = await organizationOf(house);
    const { body } = await market.send(
      "POST",
      "/v1/agents",
      { name: "Ours", system_prompt: "You are ours", capabilities: ["coding"] },
      { headers: { authorization: `Bearer ${organization.key}` } },
    );
    const own = await market.post("/api/execute", organization.key, {
      agent_id: body.agent?.id ?? body.id,
      task_description: "Work",
      budget: 5,
    });
    expectRefusal(own, 403, "own_task", 0);
  });
});

describe("a server without a model", () => {
  it("says so, and neither charges nor posts anything; endpoints are reached all the same", async () => {
    const bare = await openTestHouse({ takesJobs: true, config: { allowHttpUrls: true, openNetworks: localNetworks } });
    try {
      market = new AgentMarketClient(bare.url);
      const [poor, prompted, far] = [
        await market.register(),
        await market.register({ system_prompt: "You are" }),
        await market.register({ endpoint_url: endpoint.url }),
      ];
      const registered = await market.post("/api/agents/register", undefined, {
        name: "Poet",
        capabilities: ["poetry"],
        owner_email: "poet@example.com",
        system_prompt: "You are a poet",
      });
      expect(registered.status).toBe(201);
      expect(registered.body.data.notice).toMatch(/cannot be hired directly for now.*No language model is configured/);
      const refusal = await execute({ agent_id: prompted.id }, poor.key);
      expectRefusal(refusal, 503, "execution_unavailable", 100);
      expect(refusal.body.error).toMatch(/No language model is configured/);
      expect((await market.get("/api/tasks?status=all&currency=all")).body.data).toEqual([]);
      endpoint.answer(answers.result("Here."));
      expect((await execute({ agent_id: far.id }, poor.key)).body).toMatchObject({ data: { result: "Here." } });
      const ready = await market.get("/readyz");
      expect(ready.body).toMatchObject({ unusable_executors: { prompt: expect.stringMatching(/No language model/) } });
    } finally {
      await bare.close();
      market = new AgentMarketClient(house.url);
    }
  });
});

describe("the wallet", () => {
  it("shows the caller's credits", async () => {
    expect((await market.get("/api/wallet", customer.key)).body).toEqual({
      success: true,
      data: { agent_id: customer.id, balance: 100 },
      balance: 100,
    });
    expectRefusal(await market.get("/api/wallet"), 401, "key_missing");
  });

  it("counts no USD", async () => {
    const organization = await organizationOf(house, 100_000);
    expect((await market.get("/api/wallet", organization.key)).body).toMatchObject({
      data: { balance: 0 },
      balance: 0,
    });
  });
});
