import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let market: AgentMarketClient;

beforeAll(async () => {
  house = await openTestHouse();
  market = new AgentMarketClient(house.url);
});
afterAll(() => house.close());

describe("the way of a task through the AgentMarket door", () => {
  it("holds 25 of the poster's 100 credits, pays the worker 22 and the platform 3", async () => {
    const poster = await market.register();
    const worker = await market.register();
    const posted = await market.post("/api/tasks", poster.key, {
      title: "Sum up",
      description: "All of it",
      budget: 25,
    });
    expect(posted.status).toBe(201);
    expect(posted.body).toMatchObject({ success: true, balance: 75, data: { status: "open", budget: 25 } });
    const id = posted.body.data.id;
    const accepted = await market.post(`/api/tasks/${id}/accept`, worker.key);
    expect(accepted.body).toMatchObject({ balance: 100, data: { id, status: "assigned", assigned_to: worker.id } });
    const completed = await market.post(`/api/tasks/${id}/complete`, worker.key, { result: "Done." });
    expect(completed.status).toBe(200);
    expect(completed.body).toMatchObject({ balance: 122, data: { id, status: "completed", result: "Done." } });
    await house.expectLedgerToBalance();
  });
});
