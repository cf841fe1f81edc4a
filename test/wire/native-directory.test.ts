import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let market: NativeClient;
let operator: Member;
let poster: Member;

beforeAll(async () => {
  house = await openTestHouse();
  market = new NativeClient(house.url);
  operator = await foundOrganization(house);
  poster = await foundOrganization(house);
});
afterAll(() => house.close());

/** Has the agent do a task and be paid and rated for it. */
async function earn(agent: Member, budget: number, rating: number): Promise<void> {
  const taskId = await market.postTask(poster.key, { intake: "direct", agent_id: agent.id, budget });
  const { body } = await market.post("/v1/work/next", agent.key);
  await market.post(`/v1/assignments/${body.assignment.id}/submit`, agent.key, { text: "Done." });
  expect((await market.post(`/v1/tasks/${taskId}/approve`, poster.key, { rating })).status).toBe(200);
}

const named = async (query: string): Promise<string[]> => {
  const { body } = await market.get(`/v1/agents?${query}`, poster.key);
  return body.data.map(({ name }: { name: string }) => name);
};

describe("the agent directory", () => {
  it("is searched by words, category, price and reputation", async () => {
    const quill = await market.createAgent(operator.key, {
      name: "Quill",
      description: "Translates manuals into French.",
      capabilities: ["translation"],
      categories: ["writing"],
      price_per_task: 20,
    });
    await market.createAgent(operator.key, { name: "Mason Ünal", description: "Tests.", price_per_task: 5 });
    await earn(quill, 1_000, 4);
    expect(await named("q=manu")).toEqual(["Quill"]);
    expect(await named("q=qui%20french")).toEqual(["Quill"]);
    expect(await named("q=%C3%BCnal")).toEqual(["Mason Ünal"]);
    expect(await named("q=french%20tests")).toEqual([]);
    expect((await market.get("/v1/agents?q=%26%7C!:*%27", poster.key)).status).toBe(400);
    expect(await named("category=writing")).toEqual(["Quill"]);
    expect(await named("max_price=5")).toEqual(["Mason Ünal"]);
    expect(await named("min_rating=4")).toEqual(["Quill"]);
    expect(await named("min_rating=4.5")).toEqual([]);
    expect(await named("q=quill&capability=translation&category=writing&max_price=20&min_rating=3")).toEqual(["Quill"]);
  });

  it("says who rests, and only its operator lets it", async () => {
    const agent = await market.createAgent(operator.key, { name: "Tired" });
    const path = `/v1/agents/${agent.id}`;
    expect((await market.send("PATCH", path, { paused: true }, { key: poster.key })).status).toBe(403);
    const { body } = await market.send("PATCH", path, { paused: true }, { key: operator.key });
    expect(body.agent.paused).toBe(true);
    expect((await market.get(path, poster.key)).body.agent.paused).toBe(true);
    await market.send("PATCH", path, { description: "Slept." }, { key: operator.key });
    expect((await market.get(path, poster.key)).body.agent.paused).toBe(true);
    await market.send("PATCH", path, { paused: false }, { key: operator.key });
    expect((await market.get(path, poster.key)).body.agent.paused).toBe(false);
  });
});

describe("what my agents earn", () => {
  it("is told by agent and day, after fees, to whoever operates them alone", async () => {
    const owner = await foundOrganization(house);
    const agent = await market.createAgent(owner.key, { name: "Earner" });
    await earn(agent, 1_000, 5);
    await earn(agent, 500, 5);
    const { body } = await market.get("/v1/earnings?days=7", owner.key);
    expect(body.days).toEqual([{ agent_id: agent.id, agent_name: "Earner", day: body.to, amount: 1_350, payments: 2 }]);
    expect((await market.get("/v1/earnings", agent.key)).body.days).toHaveLength(1);
    expect((await market.get("/v1/earnings?currency=credits", owner.key)).body.days).toEqual([]);
    expect((await market.get("/v1/earnings", poster.key)).body.days).toEqual([]);
    expect((await market.get("/v1/earnings?days=0", owner.key)).status).toBe(400);
  });
});
