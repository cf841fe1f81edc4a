import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type House, openHouse } from "../../src/cli/open-house.ts";
import { readConfig } from "../../src/config/config.ts";
import { auditLedger } from "../../src/store/audit.ts";
import { killHard, postmasterPid, until } from "../postgres/fixtures/playground.ts";
import { AgentMarketClient, type Answer } from "../support/agentmarket-client.ts";
import { freeze } from "./support/frozen-postgres.ts";

/** No answer may take longer, whatever PostgreSQL does: time to notice, and once more to find no other connection. */
const patienceMs = 30_000;

/** Between the requests of one client; none of them runs out of credits. */
const pauseMs = 100;

let dataFolder: string;
let house: House;
let market: AgentMarketClient;

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "guildhall-test-"));
  const config = readConfig({ PORT: "0", GUILDHALL_DATA: dataFolder, LOG_LEVEL: "silent" });
  house = await openHouse(config, pino({ level: "silent" }));
  market = new AgentMarketClient(house.url);
});
afterAll(async () => {
  await house.close();
  await rm(dataFolder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

/** An answer and how long it took. */
async function timed(answer: Promise<Answer>): Promise<Answer & { tookMs: number }> {
  const startedMs = performance.now();
  return { ...(await answer), tookMs: performance.now() - startedMs };
}

function expectUnavailable(answer: Answer & { tookMs: number }): void {
  expect(answer.body).toMatchObject({ success: false, code: "database_unavailable", error: expect.any(String) });
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(answer.tookMs).toBeLessThan(patienceMs);
}

const isReady = async () => (await market.get("/readyz")).status === 200;

describe("when PostgreSQL is killed", { timeout: 60_000 }, () => {
  it("answers 503 until it is back, by itself, and keeps every task it acknowledged", async () => {
    const posters = await Promise.all(Array.from({ length: 16 }, () => market.register()));
    const acknowledged: string[] = [];
    const refused: (Answer & { tookMs: number })[] = [];
    let isOver = false;
    const keep = async (send: () => Promise<Answer>, note: (answer: Answer) => void): Promise<void> => {
      while (!isOver) {
        await pause(pauseMs);
        const answer = await timed(send());
        if (answer.status >= 400) refused.push(answer);
        else note(answer);
      }
    };
    const work = posters.flatMap(({ key }) => [
      keep(
        () => market.post("/api/tasks", key, { title: "t", description: "d", budget: 1 }, crypto.randomUUID()),
        ({ body }) => acknowledged.push(body.data.id),
      ),
      keep(
        () => market.get("/api/tasks?limit=1"),
        () => undefined,
      ),
    ]);
    const readiness: number[] = [];
    const watch = async (): Promise<void> => {
      while (!isOver) readiness.push((await market.get("/readyz")).status);
    };
    work.push(watch());
    await until(() => acknowledged.length > 50);
    await killHard(await postmasterPid(dataFolder));
    await until(() => readiness.includes(503));
    const before = acknowledged.length;
    await until(async () => (await isReady()) && acknowledged.length > before);
    isOver = true;
    await Promise.all(work);

    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expectUnavailable(answer);
    await until(isReady);
    for (const id of acknowledged) expect((await market.get(`/api/tasks/${id}`)).status, id).toBe(200);
    await expectLedgerToBalance();
  });
});

describe("when PostgreSQL freezes", { timeout: 120_000 }, () => {
  it("answers every read and write with 503 in bounded time, and goes on when it does", async () => {
    const poster = await market.register();
    const kept = await market.postTask(poster.key, { budget: 1 });
    const registration = { name: "Late", capabilities: ["coding"], owner_email: "late@example.com" };
    const thaw = await freeze(await postmasterPid(dataFolder));
    try {
      const notReady = await timed(market.get("/readyz"));
      expect(notReady).toMatchObject({ status: 503, body: { database: false } });
      expect(notReady.tookMs).toBeLessThan(3_000);
      expect((await market.get("/healthz")).status).toBe(200);
      // More than there are connections, so that some have to wait for others to give up.
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => [
          timed(market.get("/api/tasks")),
          timed(market.get(`/api/tasks/${kept}`)),
          timed(market.get("/api/wallet", poster.key)),
          timed(market.post("/api/agents/register", undefined, registration)),
          timed(market.post("/api/tasks", poster.key, { title: "t", description: "d", budget: 1 })),
        ]).flat(),
      );
      for (const answer of answers) expectUnavailable(answer);
      const second = await timed(market.post("/api/agents/register", undefined, registration));
      expectUnavailable(second);
    } finally {
      thaw();
    }
    await until(isReady);
    expect((await market.get(`/api/tasks/${kept}`)).status).toBe(200);
    expect((await market.post("/api/agents/register", undefined, registration)).status).toBe(201);
    await market.postTask(poster.key, { budget: 1 });
    await expectLedgerToBalance();
  });
});

async function expectLedgerToBalance(): Promise<void> {
  const report = await auditLedger(house.app.database.reads);
  expect(report.rules.filter(({ violation }) => violation !== null)).toEqual([]);
}
