import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cancelTask } from "../../src/market/cancel-task.ts";
import { type Command, command } from "../../src/market/command.ts";
import { grantFunds } from "../../src/market/grant-funds.ts";
import { postTask } from "../../src/market/post-task.ts";
import type { Id } from "../../src/model/ids.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { EngineStage, endingOf, keyed } from "../support/engine-stage.ts";
import { aTask } from "../support/market-inputs.ts";

let stage: EngineStage;
let poster: Id;

beforeAll(async () => {
  stage = await EngineStage.open();
  poster = await stage.agent({ grantCredits: 100_000 });
});
afterAll(() => stage.close());
beforeEach(() => {
  stage.batches.length = 0;
  stage.faults.length = 0;
});

const oneCredit = () => ({ partyId: poster, currency: "credits", amount: 1 }) as const;
const grant = () => stage.engine.execute(grantFunds, oneCredit());

/** Counts transactions by the connections that are taken for them. */
function countAttempts(pool: pg.Pool): { readonly count: number } {
  const attempts = { count: 0 };
  pool.on("acquire", () => {
    attempts.count++;
  });
  return attempts;
}

async function untilWaiting(onlooker: pg.Client, waiters: number): Promise<void> {
  const text = `select count(*)::integer as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  for (let look = 0; look < 500; look++) {
    const { rows } = await onlooker.query(text);
    if (rows[0].count >= waiters) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("Nobody waits for a lock.");
}

describe("a command that PostgreSQL refuses", () => {
  const poisons: readonly [string, Command<Id, unknown>][] = [
    ["breaks a check constraint", poison((posterId) => aTask(posterId, { budget: 1, feeBasisPoints: 10_001 }))],
    [
      "writes a character that no text may hold",
      poison((posterId) => aTask(posterId, { budget: 1, title: "a\u0000b" })),
    ],
    ["fails only when it commits", poison((posterId) => aTask(posterId, { budget: 1, title: "refused at commit" }))],
  ];

  function poison(input: (posterId: Id) => Parameters<typeof postTask.decide>[1]): Command<Id, unknown> {
    return command({
      name: "poison",
      loads: (posterId) => ({ parties: [posterId] }),
      decide: (book, posterId) => postTask.decide(book, input(posterId)),
    });
  }

  beforeAll(async () => {
    const admin = await stage.client();
    await admin.query(`
      create function refuse_commit() returns trigger language plpgsql as $$ begin raise exception 'not this one'; end $$;
      create constraint trigger refuse_commit after insert on tasks deferrable initially deferred
        for each row when (new.title = 'refused at commit') execute function refuse_commit()`);
  });

  it.each(poisons)("because it %s harms only itself", async (_, bad) => {
    const before = { balance: await stage.balance(poster), tasks: await stage.count("tasks") };
    const endings = await Promise.all([
      ...Array.from({ length: 10 }, () => endingOf(grant())),
      endingOf(stage.engine.execute(bad, poster, keyed(`poison ${bad.name} ${Math.random()}`))),
      ...Array.from({ length: 10 }, () => endingOf(grant())),
    ]);
    expect(endings[10]).toBe("internal");
    const balances = Array.from({ length: 20 }, (_each, index) => ({ balance: before.balance + index + 1 }));
    expect(endings.toSpliced(10, 1)).toEqual(balances);
    expect(await stage.balance(poster)).toBe(before.balance + 20);
    expect(await stage.count("tasks")).toBe(before.tasks);
    expect(await stage.count("idempotency_keys")).toBe(0);
    expect(stage.faults).toHaveLength(1);
    await stage.expectLedgerToBalance();
  });
});

describe("a transaction that loses against another", () => {
  it("is tried again after a deadlock, and then succeeds", async () => {
    const worker = await stage.agent();
    const taskId = await stage.claimedTask(poster, worker, { budget: 10 });
    const rival = await stage.client();
    const onlooker = await stage.client();
    const attempts = countAttempts(stage.database.market);
    // The rival never gives way: it looks for deadlocks only long after the engine has.
    await rival.query("set deadlock_timeout = '60s'");
    await rival.query("begin");
    await rival.query("select from wallets where party_id = $1 for update", [poster]);
    const cancelling = endingOf(stage.engine.execute(cancelTask, { taskId, posterId: poster }));
    await untilWaiting(onlooker, 1);
    await rival.query("select from tasks where id = $1 for update", [taskId]);
    await rival.query("commit");
    expect(await cancelling).toBe("task_wrong_state");
    expect(attempts.count).toBeGreaterThanOrEqual(2);
    expect(await stage.balance(poster)).toBeGreaterThan(0);
    expect(stage.faults).toEqual([]);
  });

  it("is tried again after a serialization failure, and then sees what the other did", async () => {
    const rival = await stage.client();
    const onlooker = await stage.client();
    const { database } = stage.testDatabase.address;
    await onlooker.query(`alter database ${database} set default_transaction_isolation = 'repeatable read'`);
    const market = stage.anotherDatabase().market;
    const attempts = countAttempts(market);
    const engine = stage.anotherEngine({ pool: market });
    await rival.query("begin");
    await rival.query("select from wallets where party_id = $1 for update", [poster]);
    const granting = engine.execute(grantFunds, oneCredit());
    await untilWaiting(onlooker, 1);
    const before = await stage.balance(poster);
    await rival.query("update wallets set balance = balance + 0 where party_id = $1", [poster]);
    await rival.query("commit");
    expect(await granting).toEqual({ balance: before + 1 });
    expect(attempts.count).toBe(2);
    await onlooker.query(`alter database ${database} reset default_transaction_isolation`);
  });

  it("is tried again after another node stored the same key first, and gives that node's answer", async () => {
    const rival = await stage.client();
    const onlooker = await stage.client();
    const before = await stage.balance(poster);
    await rival.query("begin");
    await rival.query(`insert into idempotency_keys (scope, key, fingerprint, outcome, created_at)
      values ('somebody', 'shared', 'the request', '{"result":{"balance":-7}}', now())`);
    const granting = stage.engine.execute(grantFunds, oneCredit(), keyed("shared"));
    await untilWaiting(onlooker, 1);
    await rival.query("commit");
    expect(await granting).toEqual({ balance: -7 });
    expect(await stage.balance(poster)).toBe(before);
  });

  it("is tried four times and no more, then answered database_unavailable; the next one finds everything well", async () => {
    const rival = await stage.client();
    const market = stage.anotherDatabase().market;
    // Sent ahead of each transaction on the same connection.
    market.on("acquire", (client) => void client.query("set lock_timeout = '50ms'"));
    const attempts = countAttempts(market);
    const engine = stage.anotherEngine({ pool: market });
    await rival.query("begin");
    await rival.query("select from wallets where party_id = $1 for update", [poster]);
    expect(await endingOf(engine.execute(grantFunds, oneCredit()))).toBe("database_unavailable");
    expect(attempts.count).toBe(4);
    expect(stage.faults).toMatchObject([{ code: "55P03" }]);
    await rival.query("rollback");
    const before = await stage.balance(poster);
    expect(await engine.execute(grantFunds, oneCredit())).toEqual({ balance: before + 1 });
  });
});

describe("a lost connection", () => {
  const killOurs = `select count(pg_terminate_backend(pid))::integer as killed from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and application_name = 'market under fire'`;

  /** Repeats a post under its key until it is answered, as a client would. */
  async function postUntilAnswered(execute: () => Promise<unknown>, seen: Map<string, number>): Promise<unknown> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const ending = await endingOf(execute());
      if (typeof ending !== "string") return ending;
      seen.set(ending, (seen.get(ending) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error("The engine never came back.");
  }

  async function killOften(killer: pg.Client, isDone: () => boolean): Promise<number> {
    let killed = 0;
    while (!isDone()) {
      killed += (await killer.query(killOurs)).rows[0].killed;
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    return killed;
  }

  it("fails the commands under way or lets them stand, whole, and the engine goes on by itself", async () => {
    const killer = await stage.client();
    const address = { ...stage.testDatabase.address, application_name: "market under fire" };
    const database: Database = openDatabase(address);
    const engine = stage.anotherEngine({ pool: database.market });
    const before = { balance: await stage.balance(poster), tasks: await stage.count("tasks") };
    const seen = new Map<string, number>();
    let done = false;
    const killing = killOften(killer, () => done);
    const clients = Array.from({ length: 40 }, async (_, client) => {
      for (let number = 0; number < 100; number++) {
        const key = keyed(`fire ${client} ${number}`);
        await postUntilAnswered(() => engine.execute(postTask, aTask(poster, { budget: 1 }), key), seen);
      }
    });
    await Promise.all(clients).finally(() => {
      done = true;
    });
    expect(await killing).toBeGreaterThan(3);
    expect([...seen.keys()]).toEqual(["database_unavailable"]);
    // Every key took effect once, although answers were lost on the way.
    expect(await stage.count("tasks")).toBe(before.tasks + 4_000);
    expect(await stage.balance(poster)).toBe(before.balance - 4_000);
    await stage.expectLedgerToBalance();
    expect(await engine.execute(grantFunds, oneCredit())).toEqual({ balance: before.balance - 3_999 });
    await engine.close();
    await database.close();
  });

  it("is answered database_unavailable when there is no server at all, without waiting for one", async () => {
    const nowhere = openDatabase({ ...stage.testDatabase.address, host: "127.0.0.1", port: 1 });
    const engine = stage.anotherEngine({ pool: nowhere.market });
    expect(await endingOf(engine.execute(grantFunds, oneCredit()))).toBe("database_unavailable");
    await nowhere.close();
  });
});
