import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { DataFolders } from "../support/data-folders.ts";
import { ServerProcess } from "../support/server-process.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";

const folders = new DataFolders();
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  await folders.clear();
});

const takeoverMs = 30_000;

describe("a server that is killed in the middle of a job", () => {
  it("has its job taken over by another within 30 s", { timeout: 90_000 }, async () => {
    const { host, port, user, password, database: name } = database.address;
    const url = `postgres://${user}:${password}@/${name}?host=${encodeURIComponent(host)}&port=${port}`;
    const env = { DATABASE_URL: url, GUILDHALL_SECRET: "one secret for both of the servers" };
    const first = await ServerProcess.start(await folders.make(), env);
    const market = new AgentMarketClient(first.url);
    const poster = await market.register();
    const taskId = await market.postTask(poster.key);

    // The task is overdue, and a lock holds up the job that would end it.
    const blocker = new pg.Client(database.address);
    await blocker.connect();
    await blocker.query("update tasks set expires_at = now() - interval '1 minute' where id = $1", [taskId]);
    await blocker.query("begin");
    await blocker.query("select from tasks where id = $1 for update", [taskId]);
    await blocker.query("select from wallets for update");
    const other = new pg.Client(database.address);
    await other.connect();
    await other.query("select graphile_worker.add_job('expire-tasks', '{}')");
    await until(async () => (await lockedJobs(other)) > 0);
    await first.end("SIGKILL");
    const killedAtMs = Date.now();
    await blocker.query("rollback");
    expect(await lockedJobs(other)).toBeGreaterThan(0);

    const second = await ServerProcess.start(await folders.make(), env);
    await until(async () => (await lockedJobs(other)) === 0);
    await until(async () => {
      const { body } = await new AgentMarketClient(second.url).get(`/api/tasks/${taskId}`);
      return body.data.status === "cancelled";
    });
    expect(Date.now() - killedAtMs).toBeLessThan(takeoverMs);
    await Promise.all([blocker.end(), other.end()]);
    await second.end("SIGTERM");
  });
});

async function lockedJobs(client: pg.Client): Promise<number> {
  const { rows } = await client.query(
    "select count(*)::integer as locked from graphile_worker.jobs where locked_by is not null",
  );
  return rows[0].locked;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const giveUpAtMs = Date.now() + takeoverMs;
  while (!(await condition())) {
    if (Date.now() > giveUpAtMs) throw new Error("It did not happen in time.");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
