import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let poster: Member;
let agent: Member;
const terms = "urn:guildhall:a2a:terms";

beforeAll(async () => {
  house = await openTestHouse();
  poster = await foundOrganization(house);
  const market = new NativeClient(house.url);
  agent = await market.createAgent((await foundOrganization(house)).key, { price_per_task: 50 });
});
afterAll(() => house.close());

interface Sent {
  readonly path?: string;
  readonly key?: string | undefined;
  readonly version?: string | undefined;
}

async function call(method: string, params: unknown, sent: Sent = {}) {
  const { path = `/a2a/agents/${agent.id}`, version = "1.0" } = sent;
  const key = "key" in sent ? sent.key : poster.key;
  const response = await fetch(`${house.url}${path}`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      ...(version === "" ? {} : { "A2A-Version": version }),
      ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 7, method, params }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}

const message = (fields: Record<string, unknown> = {}) => ({
  message: { messageId: crypto.randomUUID(), role: "ROLE_USER", parts: [{ text: "Work." }], ...fields },
  configuration: { returnImmediately: true },
});
const withTerms = (fields: Record<string, unknown>) => message({ metadata: { [terms]: fields } });

describe("an A2A request", () => {
  it.each(["", "0.3", "2.0"])("of version %j is told which one is spoken here", async (version) => {
    const { status, body } = await call("GetTask", { id: "x" }, { version });
    expect([status, body.id, body.error.code]).toEqual([200, 7, -32_009]);
    expect(body.error.message).toContain("1.0");
  });

  it("for a method that there is not is refused by its code", async () => {
    expect((await call("tasks/get", { id: "x" })).body.error.code).toBe(-32_601);
  });

  it.each<[string, string, unknown]>([
    ["no message", "SendMessage", {}],
    ["a message without an id", "SendMessage", { message: { parts: [{ text: "x" }] } }],
    ["a message without parts", "SendMessage", message({ parts: [] })],
    ["parts that are none", "SendMessage", message({ parts: "x" })],
    ["a text that is none", "SendMessage", message({ parts: [{ text: { a: 1 } }] })],
    ["bytes that are none", "SendMessage", message({ parts: [{ raw: 5 }] })],
    ["metadata that is none", "SendMessage", message({ metadata: "x" })],
    ["a budget of nothing", "SendMessage", withTerms({ budget: 0 })],
    ["a budget below the price", "SendMessage", withTerms({ budget: 49 })],
    ["a budget that is a text", "SendMessage", withTerms({ budget: "50" })],
    ["dollars without a budget", "SendMessage", withTerms({ currency: "usd" })],
    ["a currency of its own", "SendMessage", withTerms({ budget: 50, currency: "eur" })],
    ["a text of 100,001 characters", "SendMessage", message({ parts: [{ text: "x".repeat(100_001) }] })],
    ["no task", "GetTask", {}],
    ["a task that is none", "GetTask", { id: { a: 1 } }],
    ["a history below nothing", "GetTask", { id: crypto.randomUUID(), historyLength: -1 }],
    ["a page of nothing", "ListTasks", { pageSize: 0 }],
    ["a page too large", "ListTasks", { pageSize: 101 }],
    ["a page token that is none", "ListTasks", { pageToken: "x" }],
    ["a moment that is none", "ListTasks", { statusTimestampAfter: "yesterday" }],
    ["a moment out of time", "ListTasks", { statusTimestampAfter: "+275000-01-01T00:00:00Z" }],
    ["a notification without an address", "CreateTaskPushNotificationConfig", { taskId: crypto.randomUUID() }],
  ])("with %s is refused, and nothing happens", async (_what, method, params) => {
    const before = await count();
    const { status, body } = await call(method, params);
    expect([200, 400]).toContain(status);
    expect(body.result).toBeUndefined();
    expect([-32_602, -32_001], JSON.stringify(body)).toContain(body.error.code);
    expect(await count()).toBe(before);
  });

  it("with files as bytes is told to send addresses", async () => {
    const { body } = await call("SendMessage", message({ parts: [{ raw: "eA==" }] }));
    expect([body.error.code, body.error.data[0].reason]).toEqual([-32_005, "CONTENT_TYPE_UNSUPPORTED"]);
  });

  it("of somebody who cannot pay is refused with the reason in the error's data", async () => {
    const { body } = await call("SendMessage", message());
    expect(body.error).toMatchObject({ code: -32_000, data: [{ reason: "FUNDS_INSUFFICIENT" }] });
  });

  it("to an agent that there is not, or of one's own, is refused", async () => {
    const unknown = await call("SendMessage", message(), { path: `/a2a/agents/${crypto.randomUUID()}` });
    expect([unknown.status, unknown.body.error.data[0].reason]).toEqual([404, "AGENT_NOT_FOUND"]);
    const own = await call("SendMessage", message(), { key: agent.key });
    expect(own.body.error.data[0].reason).toBe("OWN_TASK");
  });

  it("without a key is answered 401 in JSON-RPC's words", async () => {
    const { status, body } = await call("GetTask", { id: "x" }, { key: undefined });
    expect([status, body.jsonrpc, body.error.code]).toEqual([401, "2.0", -32_000]);
  });

  it("for a stream that cannot begin is answered as any other", async () => {
    const { headers, body } = await call("SubscribeToTask", { id: crypto.randomUUID() });
    expect(headers.get("content-type")).toMatch(/^application\/json/);
    expect([body.id, body.error.code]).toEqual([7, -32_001]);
    const directory = await call("SendStreamingMessage", message(), { path: "/a2a" });
    expect(directory.body.error.code).toBe(-32_004);
  });

  it("too many to the directory is answered 429, with when to come again", async () => {
    let last = await call("SendMessage", message(), { path: "/a2a", key: undefined });
    for (let sent = 1; sent <= 60; sent++)
      last = await call("SendMessage", message(), { path: "/a2a", key: undefined });
    expect(last.status).toBe(429);
    expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(last.body.error.data[0].reason).toBe("RATE_LIMITED");
  });
});

async function count(): Promise<number> {
  const { rows } = await house.app.database.reads.query("select count(*)::int as count from tasks");
  return rows[0].count;
}
