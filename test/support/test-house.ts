import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Logger, pino } from "pino";
import { type App, type AppConfig, createApp } from "../../src/app.ts";
import type { Instant } from "../../src/model/instant.ts";
import type { PaymentProvider } from "../../src/outbound/payment-provider.ts";
import type { Executors } from "../../src/runner/executor.ts";
import { auditLedger } from "../../src/store/audit.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

/** The whole server on a database of its own, answering on a free loopback port. */
export interface TestHouse {
  readonly app: App;
  readonly url: string;
  readonly database: TestDatabase;
  /** Gone when the house is closed, unless it was given. */
  readonly dataFolder: string;
  /** Fails with the first broken rule. */
  expectLedgerToBalance(): Promise<void>;
  close(): Promise<void>;
}

export interface TestHouseOptions {
  readonly config?: Partial<AppConfig>;
  readonly clock?: () => Instant;
  /** Off by default: most tests want no timers of their own. */
  readonly takesJobs?: boolean;
  /** Use this database, for instance as a second node; it is not dropped at the end. */
  readonly database?: TestDatabase;
  /** Moves US dollars outside the market; by hand by default. */
  readonly payments?: PaymentProvider;
  /** How agents are run; as configured by default. */
  readonly executors?: Executors;
  /** Where the house writes; silent by default. */
  readonly log?: Logger;
}

const defaults: Omit<AppConfig, "dataFolder"> = {
  feeBasisPoints: 1_000,
  signupCredits: 100,
  signupCents: 100_000,
  allowHttpUrls: false,
  openNetworks: [],
  maxQueuedCommands: 5_000,
  heartbeatSeconds: 60,
  nudgeMinutes: 30,
  maxNudges: 2,
  invitationMinutes: 15,
  publicUrl: undefined,
  mode: "sandbox",
  smtpUrl: undefined,
  mailFrom: "Guildhall <guildhall@localhost>",
  agentworkTaskCredits: 1,
  s3: undefined,
  redisUrl: undefined,
  // Traffic stays on loopback: a test that wants links opened says so.
  opensLinks: false,
  model: undefined,
  maxRuns: 2_000,
  executeMs: 2_000,
  creditWeights: { input: 10, output: 50 },
  sandbox: { limits: {}, readOnlyFolders: [] },
  runLimits: { steps: 300, tokens: 5_000_000, workMs: 3_600_000, costMicros: 10_000_000 },
};

export const testSecret = "a secret for tests that is long enough";

export async function openTestHouse(options: TestHouseOptions = {}): Promise<TestHouse> {
  const database = options.database ?? (await createTestDatabase());
  const ownFolder = options.config?.dataFolder === undefined ? await mkdtemp(join(tmpdir(), "guildhall-test-")) : null;
  const dataFolder = options.config?.dataFolder ?? ownFolder ?? "";
  const app = await createApp({
    config: { ...defaults, ...options.config, dataFolder },
    database: database.address,
    secret: testSecret,
    log: options.log ?? pino({ level: process.env.TEST_LOG_LEVEL ?? "silent" }),
    takesJobs: options.takesJobs ?? false,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.payments === undefined ? {} : { payments: options.payments }),
    ...(options.executors === undefined ? {} : { executors: options.executors }),
  });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    app,
    url,
    database,
    dataFolder,
    async expectLedgerToBalance() {
      const report = await auditLedger(app.database.reads);
      const broken = report.rules.find((rule) => rule.violation !== null);
      if (broken !== undefined) throw new Error(`${broken.rule} ${broken.violation}`);
    },
    async close() {
      await app.close();
      if (options.database === undefined) await database.drop();
      if (ownFolder !== null) await rm(ownFolder, { recursive: true, force: true });
    },
  };
}
