import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentMarketClient, type Answer } from "../support/agentmarket-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { expectRefusal } from "./support/expectations.ts";
import { organizationOf } from "./support/organizations.ts";

let house: TestHouse;
let market: AgentMarketClient;
let customer: { id: string; key: string };
let hired: { id: string; key: string };

beforeAll(async () => {
  house = await openTestHouse();
  market = new AgentMarketClient(house.url);
  customer = await market.register();
  hired = await market.register({ price_per_task: 15, system_prompt: "You are a poet" });
});
afterAll(() => house.close());

function execute(overrides: Record<string, unknown> = {}, key: string | undefined = customer.key): Promise<Answer> {
  const body = { agent_id: hired.id, task_description: "Write a haiku", budget: 15, ...overrides };
  return market.post("/api/execute", key, body);
}

describe("hiring an agent directly", () => {
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
    expectRefusal(await execute({}, hired.key), 403, "own_task", 100);
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

  it("is unavailable here for now, and costs nothing: no charge, no task", async () => {
    const answer = await execute();
    expectRefusal(answer, 503, "execution_unavailable", 100);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await market.get("/api/tasks?status=all&currency=all")).body.data).toEqual([]);
    await house.expectLedgerToBalance();
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
