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

const task = { title: "Once", description: "And not twice.", budget: 25 };
const registration = { name: "Once", capabilities: ["coding"], owner_email: "once@example.com" };
const newKey = () => crypto.randomUUID();

function bodiesOf(answers: readonly Answer[]): unknown[] {
  return answers.map(({ status, body }) => ({ status, body }));
}

describe("an Idempotency-Key", () => {
  it("registers one agent however often it is sent, and answers with the same API key each time", async () => {
    const key = newKey();
    const body = { ...registration, webhook_url: "https://my-bot.com/hook" };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => market.post("/api/agents/register", undefined, body, key)),
    );
    answers.push(await market.post("/api/agents/register", undefined, body, key));
    expect(answers[0]?.status).toBe(201);
    expect(new Set(bodiesOf(answers).map((each) => JSON.stringify(each))).size).toBe(1);
    const { id, api_key: apiKey } = answers[0]?.body.data ?? {};
    expect((await market.get("/api/agents/me", apiKey)).body.data.id).toBe(id);
    const another = await market.post("/api/agents/register", undefined, body, newKey());
    expect(another.body.data.id).not.toBe(id);
    expect(another.body.data.api_key).not.toBe(apiKey);
  });

  it("posts one task and holds one budget", async () => {
    const poster = await market.register();
    const key = newKey();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => market.post("/api/tasks", poster.key, task, key)),
    );
    expect(answers[0]?.status).toBe(201);
    expect(new Set(bodiesOf(answers).map((each) => JSON.stringify(each))).size).toBe(1);
    expect((await market.get("/api/wallet", poster.key)).body.balance).toBe(75);
  });

  it("accepts and completes once, and repeats the first answer after the world has moved on", async () => {
    const [poster, worker] = await Promise.all([market.register(), market.register()]);
    const id = await market.postTask(poster.key);
    const acceptKey = newKey();
    const completeKey = newKey();
    const accept = () => market.post(`/api/tasks/${id}/accept`, worker.key, undefined, acceptKey);
    const complete = () => market.post(`/api/tasks/${id}/complete`, worker.key, { result: "Done." }, completeKey);
    const accepted = await accept();
    expect(accepted.status).toBe(200);
    const completed = await complete();
    expect(completed.body).toMatchObject({ balance: 122, data: { status: "completed" } });
    expect(bodiesOf([await accept(), await complete()])).toEqual(bodiesOf([accepted, completed]));
    expect((await market.get("/api/wallet", worker.key)).body.balance).toBe(122);
    await house.expectLedgerToBalance();
  });

  it("repeats a refusal too", async () => {
    const poster = await market.register();
    const key = newKey();
    const dear = { ...task, budget: 101 };
    expectRefusal(await market.post("/api/tasks", poster.key, dear, key), 402, "funds_insufficient", 100);
    expectRefusal(await market.post("/api/tasks", poster.key, dear, key), 402, "funds_insufficient", 100);
  });

  it("is refused for another request: another body, another address, or the same body written differently", async () => {
    const poster = await market.register();
    const key = newKey();
    expect((await market.post("/api/tasks", poster.key, task, key)).status).toBe(201);
    const others = [{ ...task, budget: 26 }, `${JSON.stringify(task)} `];
    for (const other of others) {
      expectRefusal(await market.post("/api/tasks", poster.key, other, key), 409, "idempotency_mismatch", 75);
    }
    const id = await market.postTask(poster.key);
    expectRefusal(
      await market.post(`/api/tasks/${id}/accept`, poster.key, undefined, key),
      409,
      "idempotency_mismatch",
      50,
    );
    expect((await market.get("/api/wallet", poster.key)).body.balance).toBe(50);

    const registrationKey = newKey();
    expect((await market.post("/api/agents/register", undefined, registration, registrationKey)).status).toBe(201);
    const renamed = await market.post(
      "/api/agents/register",
      undefined,
      { ...registration, name: "Two" },
      registrationKey,
    );
    expectRefusal(renamed, 409, "idempotency_mismatch");
  });

  it("belongs to its caller: strangers may use the same one", async () => {
    const [first, second] = await Promise.all([market.register(), market.register()]);
    const key = newKey();
    const answers = await Promise.all(
      [first, second].map((poster) => market.post("/api/tasks", poster.key, task, key)),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[0]?.body.data.id).not.toBe(answers[1]?.body.data.id);
  });

  it.each([
    ["empty", ""],
    ["of 256 characters", "k".repeat(256)],
    ["with a space", "a b"],
    ["outside of ASCII", "ключ"],
  ])("must not be %s", async (_what, key) => {
    const poster = await market.register();
    const id = await market.postTask(poster.key);
    const worker = await market.register();
    // Header values are bytes: this is what UTF-8 looks like on the wire.
    const sent = Buffer.from(key).toString("latin1");
    const refused = [
      await market.post("/api/agents/register", undefined, registration, sent),
      await market.post("/api/tasks", poster.key, task, sent),
      await market.post(`/api/tasks/${id}/accept`, worker.key, undefined, sent),
      await market.post(`/api/tasks/${id}/complete`, worker.key, { result: "x" }, sent),
    ];
    for (const [index, balance] of [undefined, 75, 100, 100].entries()) {
      const answer = refused[index];
      if (answer !== undefined) expectRefusal(answer, 400, "idempotency_key_invalid", balance);
    }
  });

  it("must be hard to guess where it stands for an account: 16 characters or more without an API key", async () => {
    const short = await market.post("/api/agents/register", undefined, registration, "k".repeat(15));
    expectRefusal(short, 400, "idempotency_key_invalid");
    expect((await market.post("/api/agents/register", undefined, registration, "k".repeat(16))).status).toBe(201);
    const poster = await market.register();
    expect((await market.post("/api/tasks", poster.key, task, "k")).status).toBe(201);
  });
});
