import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppConfig } from "../src/app.ts";

/** What `serve` uses when nothing is set. */
export const appConfig: AppConfig = {
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
  // Nothing that is measured uploads a file; the folder is made with the first one.
  dataFolder: join(tmpdir(), "guildhall-bench-files"),
  smtpUrl: undefined,
  mailFrom: "Guildhall <guildhall@localhost>",
  // A daily allowance would end a run after 100 tasks.
  agentworkTaskCredits: 0,
  s3: undefined,
  redisUrl: undefined,
  opensLinks: false,
  model: undefined,
  maxRuns: 2_000,
  executeMs: 120_000,
  creditWeights: { input: 10, output: 50 },
  sandbox: { limits: {}, readOnlyFolders: [] },
  runLimits: { steps: 300, tokens: 5_000_000, workMs: 3_600_000, costMicros: 10_000_000 },
};
