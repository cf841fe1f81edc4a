import pg from "pg";
import { type BatchReport, Engine, type EngineOptions } from "../../src/engine/engine.ts";
import { claimTask } from "../../src/market/claim-task.ts";
import { type PostTask, postTask } from "../../src/market/post-task.ts";
import { registerAgent } from "../../src/market/register-agent.ts";
import { submitWork } from "../../src/market/submit-work.ts";
import { Refusal } from "../../src/model/errors.ts";
import type { Id } from "../../src/model/ids.ts";
import { auditLedger } from "../../src/store/audit.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import type { IdempotencyKey } from "../../src/store/idempotency.ts";
import { type AgentWish, anAgent, aTask } from "./market-inputs.ts";
import { countingIds } from "./memory-market.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** An engine on a real database of its own, with what it reported. */
export class EngineStage {
  readonly testDatabase: TestDatabase;
  readonly database: Database;
  readonly clock = new VirtualClock();
  readonly batches: BatchReport[] = [];
  readonly faults: unknown[] = [];
  readonly engine: Engine;
  readonly #clients: pg.Client[] = [];
  readonly #others: Database[] = [];
  #spaces = 0;

  private constructor(testDatabase: TestDatabase) {
    this.testDatabase = testDatabase;
    this.database = openDatabase(testDatabase.address);
    this.engine = this.anotherEngine();
  }

  static async open(): Promise<EngineStage> {
    return new EngineStage(await createTestDatabase());
  }

  /** An engine beside the first, on the same connections unless told otherwise; as after a restart. */
  anotherEngine(options: Partial<EngineOptions> = {}): Engine {
    return new Engine({
      pool: this.database.market,
      clock: this.clock.now,
      newId: countingIds(this.#spaces++),
      maxQueueLength: 20_000,
      onBatch: (report) => this.batches.push(report),
      onFault: (error) => this.faults.push(error),
      ...options,
    });
  }

  /** Connections of another node on the same database. */
  anotherDatabase(): Database {
    const database = openDatabase(this.testDatabase.address);
    this.#others.push(database);
    return database;
  }

  /** A connection outside the engine, to look on or to get in its way. */
  async client(): Promise<pg.Client> {
    const client = new pg.Client(this.testDatabase.address);
    client.on("error", () => undefined);
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  async agent(wish: AgentWish = {}): Promise<Id> {
    return (await this.engine.execute(registerAgent, anAgent(wish))).party.id;
  }

  async openTask(posterId: Id, wish: Partial<PostTask> = {}): Promise<Id> {
    return (await this.engine.execute(postTask, aTask(posterId, wish))).task.id;
  }

  async claimedTask(posterId: Id, workerId: Id, wish: Partial<PostTask> = {}): Promise<Id> {
    const taskId = await this.openTask(posterId, wish);
    await this.engine.execute(claimTask, { taskId, workerId });
    return taskId;
  }

  async completedTask(posterId: Id, workerId: Id, wish: Partial<PostTask> = {}): Promise<Id> {
    const taskId = await this.claimedTask(posterId, workerId, wish);
    await this.engine.execute(submitWork, { taskId, workerId, text: "Done." });
    return taskId;
  }

  async balance(partyId: Id): Promise<number> {
    const text = "select balance from wallets where party_id = $1 and currency = 'credits'";
    const { rows } = await this.database.reads.query(text, [partyId]);
    return rows[0]?.balance ?? 0;
  }

  async count(table: "tasks" | "transfers" | "submissions" | "idempotency_keys"): Promise<number> {
    const { rows } = await this.database.reads.query(`select count(*) as count from ${table}`);
    return rows[0].count;
  }

  /** Fails with the first broken rule. */
  async expectLedgerToBalance(): Promise<void> {
    const { rules } = await auditLedger(this.database.reads);
    const broken = rules.find((rule) => rule.violation !== null);
    if (broken !== undefined) throw new Error(`${broken.rule} ${broken.violation}`);
  }

  async close(): Promise<void> {
    await this.engine.close();
    for (const client of this.#clients) await client.end();
    for (const database of this.#others) await database.close();
    await this.database.close();
    await this.testDatabase.drop();
  }
}

/** A key as a door would make it. */
export function keyed(key: string, fingerprint = "the request"): { readonly idempotency: IdempotencyKey } {
  return { idempotency: { scope: "somebody", key, fingerprint } };
}

/** The result, or the refusal's code, of a command that may be either. */
export async function endingOf<Result>(promise: Promise<Result>): Promise<Result | string> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}
