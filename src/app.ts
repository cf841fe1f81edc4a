import { join } from "node:path";
import type { Logger } from "pino";
import { v7 as newId } from "uuid";
import { type Background, type BackgroundConfig, startBackground } from "./background.ts";
import type { Config } from "./config/config.ts";
import { Engine } from "./engine/engine.ts";
import { unusableKinds } from "./jobs/open-executors.ts";
import { type Instant, instantFromMs, instantToMs } from "./model/instant.ts";
import { noNetworks, readNetworks } from "./model/outside-url.ts";
import { GuardedFetch } from "./outbound/guarded-fetch.ts";
import { manualPayments } from "./outbound/manual-payments.ts";
import { openObjectStore } from "./outbound/open-object-store.ts";
import type { PaymentProvider } from "./outbound/payment-provider.ts";
import type { FirstAdministrator } from "./people/first-administrator.ts";
import { openPeople } from "./people/open-people.ts";
import type { Executors } from "./runner/executor.ts";
import { AgentworkTasks } from "./store/agentwork-tasks.ts";
import { ClubTasks } from "./store/club-tasks.ts";
import { type Database, type DatabaseAddress, openDatabase } from "./store/database.ts";
import { EventFeed } from "./store/event-feed.ts";
import { KeyRing } from "./store/keys.ts";
import { migrate } from "./store/migrate.ts";
import { SecretBox } from "./store/secret-box.ts";
import { TaskViews } from "./store/task-views.ts";
import { WorkFeed } from "./store/work-feed.ts";
import { mountDoors } from "./wire/doors.ts";
import { mountHealth } from "./wire/operations/health.ts";
import { Metrics } from "./wire/operations/metrics.ts";
import { createHttpServer } from "./wire/server.ts";
import type { DoorContext } from "./wire/shared/door.ts";
import { FileLinks } from "./wire/shared/file-links.ts";
import { MemoryRateLimiter } from "./wire/shared/memory-rate-limiter.ts";
import type { RateLimiter } from "./wire/shared/rate-limit.ts";
import { RedisRateLimiter } from "./wire/shared/redis-rate-limiter.ts";
import { WebApp } from "./wire/web/web-app.ts";

export type AppConfig = BackgroundConfig &
  Pick<
    Config,
    | "feeBasisPoints"
    | "signupCredits"
    | "signupCents"
    | "allowHttpUrls"
    | "openNetworks"
    | "maxQueuedCommands"
    | "publicUrl"
    | "mode"
    | "smtpUrl"
    | "mailFrom"
    | "agentworkTaskCredits"
    | "redisUrl"
    | "s3"
    | "heartbeatSeconds"
  >;

export interface AppOptions {
  readonly config: AppConfig;
  readonly database: DatabaseAddress;
  /** Derives keys and signatures; the same on every node. */
  readonly secret: string;
  readonly log: Logger;
  /** Replaced by tests that turn the clock. */
  readonly clock?: () => Instant;
  /** Moves US dollars outside the market; people do unless told otherwise. */
  readonly payments?: PaymentProvider;
  /** Whether this process takes jobs, and runs agents. */
  readonly takesJobs?: boolean;
  /** How agents are run; as configured, unless told otherwise. */
  readonly executors?: Executors;
}

/** A running house: everything is open until `close`. */
export interface App {
  readonly engine: Engine;
  readonly database: Database;
  readonly keys: KeyRing;
  readonly eventFeed: EventFeed;
  readonly workFeed: WorkFeed;
  readonly firstAdministrator: FirstAdministrator;
  /** Begins to answer; returns the address. */
  listen(address: { host: string; port: number }): Promise<string>;
  /** Stops accepting, finishes what is in flight, closes the database. */
  close(): Promise<void>;
}

const keyUseIntervalMs = 30_000;
const idleCheckMs = 25;
/** Made by `scripts/build-web.ts`; at the same place beside the source and in the published package. */
const webFolder = join(import.meta.dirname, "../web/dist");

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
  const objects = openObjectStore(config, () => new Date(instantToMs(clock())));
  const openNetworks = readNetworks(config.openNetworks) ?? noNetworks;
  const outside = new GuardedFetch({ allowHttp: config.allowHttpUrls, openNetworks });
  let listensAt: string | undefined;
  const publicUrl = (): string => {
    const url = config.publicUrl ?? listensAt;
    if (url === undefined) throw new Error("The server's address is known only once it listens.");
    return url;
  };
  const {
    people,
    sessions,
    firstAdministrator,
    close: closePeople,
  } = openPeople({
    ...config,
    engine,
    database,
    secret: options.secret,
    publicUrl,
    log,
  });
  const rateLimiter = openRateLimiter();
  let background: Background | undefined;
  const unusableExecutors = () => (background === undefined ? {} : unusableKinds(background.runs.executors));
  const onFeedFault = (error: unknown): void => log.warn({ err: error }, "the event feed was interrupted");
  const eventFeed = new EventFeed({ address: options.database, reads: database.reads, onFault: onFeedFault });
  const workFeed = new WorkFeed({ reads: database.reads, feed: eventFeed, clock, onFault: onFeedFault });
  await eventFeed.start();
  const secretBox = new SecretBox(options.secret);
  const fileLinks = new FileLinks({ secret: options.secret, clock, publicUrl });
  const http = await openHttp({
    engine,
    reads: database.reads,
    keys,
    taskViews: new TaskViews(database.lookups),
    people,
    sessions,
    firstAdministrator,
    agentworkTasks: new AgentworkTasks(database.lookups),
    agentworkTaskCredits: config.agentworkTaskCredits,
    clubTasks: new ClubTasks(database.lookups),
    eventFeed,
    workFeed,
    heartbeatSeconds: config.heartbeatSeconds,
    secret: options.secret,
    secretBox,
    clock,
    feeBasisPoints: config.feeBasisPoints,
    signupCents: config.signupCents,
    signupCredits: config.signupCredits,
    allowHttpUrls: config.allowHttpUrls,
    openNetworks,
    publicUrl,
    rateLimiter,
    fileLinks,
    fileBytes: objects,
    payments: options.payments ?? manualPayments,
    executeMs: config.executeMs,
    runLimits: config.runLimits,
    unusableExecutors,
    sandbox: () => background?.runs.sandbox ?? null,
  });
  if (options.takesJobs !== false) {
    background = await startBackground({
      config,
      address: options.database,
      reads: database.reads,
      engine,
      objects,
      eventFeed,
      outside,
      openNetworks,
      fileLinks,
      secret: options.secret,
      secretBox,
      clock,
      log,
      executors: options.executors,
      publicUrl,
    });
  }
  const keyUseTimer = setInterval(writeDownKeyUse, keyUseIntervalMs);

  return {
    engine,
    database,
    keys,
    eventFeed,
    workFeed,
    firstAdministrator,
    async listen({ host, port }) {
      listensAt = await http.listen({ host, port });
      return listensAt;
    },
    async close() {
      clearInterval(keyUseTimer);
      // Long polls and streams first: the server's connections close only when they have ended.
      workFeed.close();
      eventFeed.endWatchers();
      await closeHttp();
      await eventFeed.close();
      rateLimiter.close();
      closePeople();
      await (background ?? outside).close();
      await engine.close();
      await writeDownKeyUse();
      objects.close();
      await database.close();
    },
  };

  function openRateLimiter(): RateLimiter {
    const memory = new MemoryRateLimiter(clock);
    if (config.redisUrl === undefined) return memory;
    return new RedisRateLimiter({ url: config.redisUrl, fallback: memory, log });
  }

  async function openHttp(context: DoorContext) {
    const server = createHttpServer(log, new WebApp(webFolder));
    metrics.mount(server);
    mountHealth(server, {
      pingDatabase: async () => {
        await database.reads.query("select 1");
      },
      queueLength: () => engine.queueLength,
      unusableExecutors,
      sandbox: () => background?.runs.sandbox ?? null,
    });
    await mountDoors(server, context);
    return server;
  }

  /** A connection whose last request was in flight turns idle later, and would then be kept open for its client. */
  async function closeHttp(): Promise<void> {
    const timer = setInterval(() => http.server.closeIdleConnections(), idleCheckMs);
    await http.close();
    clearInterval(timer);
  }

  async function writeDownKeyUse(): Promise<void> {
    await keys.flushUse().catch((error: unknown) => log.warn({ err: error }, "could not write down key use"));
  }
}
