import { Writable } from "node:stream";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { connectA2a, saying } from "../support/a2a-client.ts";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { foundOrganization, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse, testSecret } from "../support/test-house.ts";

const agentCount = 1_000;
const concurrency = 50;
/** Half of a secret in the wrong place is half too much. */
const traceLength = 32;

/** Everything the house logs, at the most talkative level. */
class LogMemory extends Writable {
  text = "";

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const logMemory = new LogMemory();
const secrets: string[] = [];
let house: TestHouse;
let market: AgentMarketClient;

beforeAll(async () => {
  const config = { openNetworks: ["127.0.0.0/8"] };
  house = await openTestHouse({ config, log: pino({ level: "trace" }, logMemory), takesJobs: true });
  market = new AgentMarketClient(house.url);
});
afterAll(() => house.close());

/** Registers an agent and uses its key well and badly, so that it has had every chance to be written down. */
async function liveALife(index: number): Promise<void> {
  const answer = await market.post(
    "/api/agents/register",
    undefined,
    {
      name: `Agent ${index}`,
      capabilities: ["coding"],
      owner_email: `agent-${index}@example.com`,
      webhook_url: `https://agent-${index}.example.com/hook`,
    },
    index % 2 === 0 ? crypto.randomUUID() : undefined,
  );
  const { api_key: key, webhook_secret: secret } = answer.body.data;
  secrets.push(key, secret);
  const idempotencyKey = crypto.randomUUID();
  await market.post("/api/tasks", key, { title: "t", description: "d", budget: 1 }, idempotencyKey);
  await market.post("/api/tasks", key, { title: "t", description: "d", budget: 1 }, idempotencyKey);
  await market.post("/api/tasks", key, "{ malformed");
  await market.post("/api/tasks", key, { title: "t", description: "d", budget: 1_000 }, crypto.randomUUID());
  await market.get("/api/wallet", `${key}x`);
}

/** Every row of every table that is not PostgreSQL's own, as text. */
async function dumpDatabase(): Promise<{ tables: number; text: string }> {
  const { reads } = house.app.database;
  const { rows: tables } = await reads.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  let text = "";
  for (const { name } of tables) {
    const { rows } = await reads.query<{ row: string }>(`select row_to_json(t)::text as row from ${name} t`);
    text += rows.map(({ row }) => row).join("\n");
  }
  return { tables: tables.length, text };
}

/** How many secrets, or halves of one, occur in a text, in either case. */
function countTraces(text: string, wanted: readonly string[]): number {
  const halves = new Set(wanted.flatMap((secret) => [secret.slice(0, traceLength), secret.slice(-traceLength)]));
  let found = 0;
  for (const [run] of text.toLowerCase().matchAll(/[0-9a-f]{32,}/g)) {
    for (let start = 0; start + traceLength <= run.length; start++) {
      if (halves.has(run.slice(start, start + traceLength))) found++;
    }
  }
  return found;
}

it("keeps a thousand agents' keys and webhook secrets out of the database and out of the log", {
  timeout: 60_000,
}, async () => {
  for (let first = 0; first < agentCount; first += concurrency) {
    await Promise.all(Array.from({ length: concurrency }, (_, offset) => liveALife(first + offset)));
  }
  await house.app.keys.flushUse();
  expect(new Set(secrets).size).toBe(2 * agentCount);
  for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{64}$/);

  const database = await dumpDatabase();
  expect(database.tables).toBeGreaterThan(12);
  expect(database.text).toContain("agent-999@example.com");
  expect(countTraces(database.text, secrets)).toBe(0);
  expect(database.text).not.toContain(testSecret);

  expect(logMemory.text.split("\n").length).toBeGreaterThan(6 * agentCount);
  expect(countTraces(logMemory.text, secrets)).toBe(0);
  expect(logMemory.text).not.toContain(testSecret);
});

it("keeps the secrets of webhooks out of both, also while they are used and replaced", async () => {
  const native = new NativeClient(house.url);
  const { key } = await market.register();
  // Nobody listens there: what is sent is written down as failed.
  const { body } = await native.post("/v1/webhooks", key, { url: "https://127.0.0.1:1/" }, crypto.randomUUID());
  const path = `/v1/webhooks/${body.webhook.id}`;
  const rotated = await native.post(`${path}/rotate-secret`, key, {}, crypto.randomUUID());
  await native.post(`${path}/test`, key, {}, crypto.randomUUID());
  await vi.waitFor(async () => {
    const { data } = (await native.get(`${path}/deliveries`, key)).body;
    expect(data).toMatchObject([{ state: "failed", attempt_count: 1 }]);
  }, 5_000);
  const { text } = await dumpDatabase();
  expect(text).toContain("https://127.0.0.1:1/");
  for (const secret of [body.secret, rotated.body.secret]) {
    const bytes = Buffer.from(secret.slice("whsec_".length), "base64");
    for (const form of [bytes.toString("base64"), bytes.toString("base64url"), bytes.toString("hex")]) {
      expect(text).not.toContain(form);
      expect(logMemory.text).not.toContain(form);
    }
  }
});

it("keeps the tokens that others entrust to the house out of both, also while they are used and replaced", async () => {
  const native = new NativeClient(house.url);
  const operator = await foundOrganization(house);
  const planted = [1, 2, 3, 4, 5].map((number) => `planted-${number}-${crypto.randomUUID()}`);
  const [registered, changed, pushToken, credentials, wordless] = planted;
  const remote = (authorization?: string) => ({
    executor: "a2a",
    executor_settings: { url: "https://127.0.0.1:1/", authorization: `Bearer ${authorization}` },
  });
  const fields = { name: "Reseller", ...remote(registered) };
  const first = await native.post("/v1/agents", operator.key, fields, crypto.randomUUID());
  expect(first.status).toBe(201);
  const second = await native.createAgent(operator.key, remote(wordless));
  const path = `/v1/agents/${second.id}`;
  expect((await native.send("PATCH", path, remote(changed), { key: operator.key })).status).toBe(200);

  const poster = await foundOrganization(house);
  const client = await connectA2a(`${house.url}/a2a/agents/${second.id}`, poster.key);
  const request = saying("Do it.", { metadata: { "urn:guildhall:a2a:terms": { budget: 500, currency: "usd" } } });
  if (request.configuration !== undefined) {
    request.configuration.taskPushNotificationConfig = {
      tenant: "",
      id: "mine",
      taskId: "",
      url: "https://127.0.0.1:1/push",
      token: pushToken ?? "",
      authentication: { scheme: "Bearer", credentials: credentials ?? "" },
    };
  }
  const task = await client.sendMessage(request);
  if ("messageId" in task) throw new Error("The answer is no task.");
  await vi.waitFor(async () => {
    const { rows } = await house.app.database.reads.query(
      "select 1 from webhook_attempts where url = 'https://127.0.0.1:1/push' and fault is not null limit 1",
    );
    const { rows: runs } = await house.app.database.reads.query("select 1 from runs where state <> 'queued'");
    expect([rows.length, runs.length > 0]).toEqual([1, true]);
  }, 10_000);
  const { text } = await dumpDatabase();
  expect(text).toContain("https://127.0.0.1:1/push");
  expect(text.match(/sealed:1:/g)?.length).toBeGreaterThanOrEqual(4);
  for (const secret of planted) {
    for (const form of [secret, Buffer.from(secret).toString("base64url"), Buffer.from(secret).toString("hex")]) {
      expect(text, secret).not.toContain(form);
      expect(logMemory.text, secret).not.toContain(form);
    }
  }
});

it("would find a secret, or half of one, wherever it stood", () => {
  const secret = "0123456789abcdef".repeat(4).replace(/^0/, "f");
  for (const text of [
    `{"k":"${secret}"}`,
    secret.toUpperCase(),
    `aa${secret}bb`,
    secret.slice(0, 32),
    `x${secret.slice(32)}`,
  ]) {
    expect(countTraces(`before ${text} after`, [secret])).toBeGreaterThan(0);
  }
  expect(countTraces("ab".repeat(100), [secret])).toBe(0);
});
