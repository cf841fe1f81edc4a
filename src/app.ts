import swagger from "@fastify/swagger";
import pg from "pg";
import type { Logger } from "pino";
import { v7 as newId } from "uuid";
import type { Config } from "./config.ts";
import { Engine } from "./engine/engine.ts";
import { type JobWorker, startJobWorker } from "./jobs/worker.ts";
import { type Instant, instantFromMs } from "./model/instant.ts";
import { type Database, type DatabaseAddress, openDatabase } from "./store/database.ts";
import { KeyRing } from "./store/keys.ts";
import { migrate } from "./store/migrate.ts";
import { TaskViews } from "./store/task-views.ts";
import type { AgentMarketContext } from "./wire/agentmarket/context.ts";
import { mountAgentMarket } from "./wire/agentmarket/dialect.ts";
import { agentMarketDocument } from "./wire/agentmarket/document.ts";
import { mountHealth } from "./wire/operations/health.ts";
import { Metrics } from "./wire/operations/metrics.ts";
import { createHttpServer } from "./wire/server.ts";

export type AppConfig = Pick<
  Config,
  "feeBasisPoints" | "signupCredits" | "signupCents" | "allowHttpUrls" | "maxQueuedCommands"
>;

export interface AppOptions {
  readonly config: AppConfig;
  readonly database: DatabaseAddress;
  /** Derives keys and signatures; the same on every node. */
  readonly secret: string;
  readonly log: Logger;
  /** Replaced by tests that turn the clock. */
  readonly clock?: () => Instant;
  /** Whether this process takes jobs. */
  readonly takesJobs?: boolean;
}

/** A running house: everything is open until `close`. */
export interface App {
  readonly engine: Engine;
  readonly database: Database;
  readonly keys: KeyRing;
  /** Begins to answer; returns the address. */
  listen(address: { host: string; port: number }): Promise<string>;
  /** Stops accepting, finishes what is in flight, closes the database. */
  close(): Promise<void>;
}

const keyUseIntervalMs = 30_000;
const idleCheckMs = 25;

/** Puts the house together. The only place that knows everyone. Migrates the database first. */
export async function createApp(options: AppOptions): Promise<App> {
  const { log, config } = options;
  const clock = options.clock ?? (() => instantFromMs(Date.now()));
  const database = openDatabase(options.database, {
    onIdleError: (error) => log.warn({ err: error }, "an idle database connection broke"),
  });
  try {
    await migrate(database.reads);
  } catch (error) {
    await database.close();
    throw error;
  }
  const metrics = new Metrics(() => engine.queueLength);
  const engine = new Engine({
    pool: database.market,
    clock,
    newId,
    maxQueueLength: config.maxQueuedCommands,
    onBatch: (report) => metrics.observeBatch(report),
    onFault: (error, commands) => log.error({ err: error, commands: commands.slice(0, 10) }, "commands failed"),
  });
  const keys = new KeyRing(database.lookups);
  const http = await mountDoors({
    engine,
    reads: database.reads,
    keys,
    taskViews: new TaskViews(database.lookups),
    secret: options.secret,
    feeBasisPoints: config.feeBasisPoints,
    signupCredits: config.signupCredits,
    allowHttpUrls: config.allowHttpUrls,
  });
  const jobs = options.takesJobs === false ? undefined : await startJobs();
  const keyUseTimer = setInterval(writeDownKeyUse, keyUseIntervalMs);

  return {
    engine,
    database,
    keys,
    listen: ({ host, port }) => http.listen({ host, port }),
    async close() {
      clearInterval(keyUseTimer);
      await closeHttp();
      await jobs?.worker.stop();
      await engine.close();
      await writeDownKeyUse();
      await jobs?.pool.end();
      await database.close();
    },
  };

  async function mountDoors(context: AgentMarketContext) {
    const server = createHttpServer(log);
    metrics.mount(server);
    mountHealth(server, {
      pingDatabase: async () => {
        await database.reads.query("select 1");
      },
      queueLength: () => engine.queueLength,
    });
    await server.register(async (door) => {
      await door.register(swagger, agentMarketDocument);
      mountAgentMarket(door, context);
      server.get("/openapi/agentmarket.json", async () => door.swagger());
    });
    await server.register(async (door) => mountAgentMarket(door, context), { prefix: "/agentmarket" });
    return server;
  }

  /** A connection whose last request was in flight turns idle later, and would then be kept open for its client. */
  async function closeHttp(): Promise<void> {
    const timer = setInterval(() => http.server.closeIdleConnections(), idleCheckMs);
    await http.close();
    clearInterval(timer);
  }

  async function startJobs(): Promise<{ worker: JobWorker; pool: pg.Pool }> {
    const pool = new pg.Pool({ ...options.database, max: 6 });
    const onBrokenConnection = (error: Error): void => log.warn({ err: error }, "a job queue connection broke");
    pool.on("error", onBrokenConnection);
    pool.on("connect", (client) => client.on("error", onBrokenConnection));
    const worker = await startJobWorker({ engine, reads: database.reads, clock, pool, nodeId: newId(), log });
    return { worker, pool };
  }

  async function writeDownKeyUse(): Promise<void> {
    await keys.flushUse().catch((error: unknown) => log.warn({ err: error }, "could not write down key use"));
  }
}
