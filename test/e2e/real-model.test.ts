import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

const { GUILDHALL_TEST_MODEL_URL: baseUrl, GUILDHALL_TEST_MODEL_NAME: model = "default" } = process.env;
if (baseUrl === undefined) {
  process.stdout.write(
    "skipped: hiring a real model, because GUILDHALL_TEST_MODEL_URL names no server that speaks OpenAI's protocol\n",
  );
}

const patienceMs = 110_000;

describe.skipIf(baseUrl === undefined)("a real model", () => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await openTestHouse({
      takesJobs: true,
      config: {
        executeMs: patienceMs,
        model: {
          kind: "openai-compatible",
          baseUrl: baseUrl ?? "",
          apiKey: process.env.GUILDHALL_TEST_MODEL_KEY,
          model,
          timeoutMs: patienceMs,
          answerMs: patienceMs,
          prices: new Map(),
        },
      },
    });
  });
  afterAll(() => house?.close());

  it("is hired, answers and is paid; its tokens are counted", { timeout: 2 * patienceMs }, async () => {
    const market = new AgentMarketClient(house.url);
    const customer = await market.register();
    const parrot = await market.register({ system_prompt: "You answer briefly.", price_per_task: 15 });
    const { status, body } = await market.post("/api/execute", customer.key, {
      agent_id: parrot.id,
      task_description: "Name a colour of the rainbow.",
      budget: 15,
    });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.data.result.trim()).not.toBe("");
    expect(body.balance).toBe(85);
    const { rows } = await house.app.database.reads.query("select input_tokens, output_tokens from runs");
    expect(Number(rows[0].input_tokens)).toBeGreaterThan(0);
    expect(Number(rows[0].output_tokens)).toBeGreaterThan(0);
    await house.expectLedgerToBalance();
  });
});
