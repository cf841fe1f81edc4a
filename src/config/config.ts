import type { CreditWeights } from "../model/credit-weights.ts";
import { localNetworks, readNetworks } from "../model/outside-url.ts";
import type { RunLimits } from "../model/run.ts";
import {
  ConfigError,
  type Environment,
  flag,
  httpUrl,
  oneOf,
  ownEnvironment,
  text,
  wholeNumber,
} from "./environment.ts";
import { type ModelConfig, readCreditWeights, readModel } from "./model.ts";
import { readSandbox, type SandboxConfig } from "./sandbox.ts";
import { defaultDataFolder, readDatabaseUrl, readRedisUrl, readS3, type S3Config } from "./storage.ts";

/** Everything that can be set, read from the environment once. Documented for people in docs/settings.md. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Where clients reach this server, without a slash at the end; without it the address listened on. */
  readonly publicUrl: string | undefined;
  readonly mode: "sandbox" | "production";
  /** Where the embedded database, keys and files live. */
  readonly dataFolder: string;
  /** Use this PostgreSQL instead of the embedded one. */
  readonly databaseUrl: string | undefined;
  /** Counts rate limits over several servers; without it each counts for itself. */
  readonly redisUrl: string | undefined;
  /** At least 32 characters; without it one is made and kept in the data folder. */
  readonly secret: string | undefined;
  readonly feeBasisPoints: number;
  readonly signupCredits: number;
  /** USD cents that a new organization is given. */
  readonly signupCents: number;
  /** Whether agents may register plain http URLs (a local network). Never in production. */
  readonly allowHttpUrls: boolean;
  /** Private networks that may be called, as `10.1.0.0/16` and the like. */
  readonly openNetworks: readonly string[];
  /** Keep files there instead of in the data folder. */
  readonly s3: S3Config | undefined;
  /** Credits of the daily allowance that one Agentwork task takes. */
  readonly agentworkTaskCredits: number;
  /** What the tokens of a run take from the daily allowance that pays for its task. */
  readonly creditWeights: CreditWeights;
  /** Mail leaves by this server; without it none does. */
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  /** How long one heartbeat of a worker keeps its lease. */
  readonly heartbeatSeconds: number;
  /** How long a Task Force member may be silent before the manager reminds it, and how often it does. */
  readonly nudgeMinutes: number;
  readonly maxNudges: number;
  /** How long an agent that is invited to a Task Force may think. */
  readonly invitationMinutes: number;
  /** Whether links in submissions are opened to look at what they lead to. */
  readonly opensLinks: boolean;
  /** Whether the agent to try the market with works here. */
  readonly houseAgent: boolean;
  /** The language model that is asked; without one none is. */
  readonly model: ModelConfig | undefined;
  /** Runs that one process has at work at once; those that wait for the poster do not count. */
  readonly maxRuns: number;
  /** How long an agent that is hired directly may take. */
  readonly executeMs: number;
  /** What one run may use at most. */
  readonly runLimits: RunLimits;
  readonly sandbox: SandboxConfig;
  readonly logLevel: LogLevel;
  /** Commands that may wait for the database before a new one is answered 503. */
  readonly maxQueuedCommands: number;
}

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
type LogLevel = (typeof logLevels)[number];

/** Reads and checks the environment. Throws `ConfigError`. */
export function readConfig(env: Environment = ownEnvironment): Config {
  const mode = oneOf(env, "GUILDHALL_MODE", ["sandbox", "production"], "sandbox");
  const secret = text(env, "GUILDHALL_SECRET");
  if (secret !== undefined && secret.length < 32) {
    throw new ConfigError("GUILDHALL_SECRET must be at least 32 characters long.");
  }
  if (mode === "production" && secret === undefined) {
    throw new ConfigError("GUILDHALL_SECRET is required when GUILDHALL_MODE is production (32 characters or more).");
  }
  const allowHttpUrls = flag(env, "GUILDHALL_ALLOW_HTTP_URLS");
  if (mode === "production" && allowHttpUrls) {
    throw new ConfigError("GUILDHALL_ALLOW_HTTP_URLS cannot be used when GUILDHALL_MODE is production.");
  }
  return {
    host: text(env, "HOST") ?? "127.0.0.1",
    port: wholeNumber(env, "PORT", 8787, 0, 65_535),
    publicUrl: httpUrl(env, "GUILDHALL_PUBLIC_URL"),
    mode,
    dataFolder: text(env, "GUILDHALL_DATA") ?? defaultDataFolder(),
    databaseUrl: readDatabaseUrl(env),
    redisUrl: readRedisUrl(env),
    secret,
    feeBasisPoints: wholeNumber(env, "GUILDHALL_FEE_BASIS_POINTS", 1_000, 0, 10_000),
    signupCredits: wholeNumber(env, "GUILDHALL_SIGNUP_CREDITS", 100, 0, 1_000_000),
    signupCents: mode === "sandbox" ? 100_000 : 0,
    allowHttpUrls,
    openNetworks: networks(env, allowHttpUrls ? localNetworks : []),
    s3: readS3(env),
    agentworkTaskCredits: wholeNumber(env, "GUILDHALL_AGENTWORK_TASK_CREDITS", 1, 1, 100),
    creditWeights: readCreditWeights(env),
    smtpUrl: smtpUrl(env),
    mailFrom: text(env, "MAIL_FROM") ?? "Guildhall <guildhall@localhost>",
    heartbeatSeconds: wholeNumber(env, "GUILDHALL_HEARTBEAT_SECONDS", 60, 1, 3_600),
    nudgeMinutes: wholeNumber(env, "GUILDHALL_NUDGE_MINUTES", 30, 1, 10_080),
    maxNudges: wholeNumber(env, "GUILDHALL_MAX_NUDGES", 2, 0, 100),
    invitationMinutes: wholeNumber(env, "GUILDHALL_INVITATION_MINUTES", 15, 1, 10_080),
    opensLinks: oneOf(env, "GUILDHALL_OPEN_LINKS", ["true", "false"], "true") === "true",
    houseAgent:
      oneOf(env, "GUILDHALL_HOUSE_AGENT", ["true", "false"], mode === "sandbox" ? "true" : "false") === "true",
    model: readModel(env),
    maxRuns: wholeNumber(env, "GUILDHALL_RUN_MAX", 2_000, 1, 100_000),
    executeMs: wholeNumber(env, "GUILDHALL_EXECUTE_SECONDS", 120, 1, 3_600) * 1_000,
    runLimits: {
      steps: wholeNumber(env, "GUILDHALL_RUN_STEPS", 300, 1, 10_000),
      tokens: wholeNumber(env, "GUILDHALL_RUN_TOKENS", 5_000_000, 1, 1_000_000_000),
      workMs: wholeNumber(env, "GUILDHALL_RUN_MINUTES", 60, 1, 10_080) * 60_000,
      costMicros: wholeNumber(env, "GUILDHALL_RUN_CENTS", 1_000, 0, 100_000_000) * 10_000,
    },
    sandbox: readSandbox(env),
    logLevel: oneOf(env, "LOG_LEVEL", logLevels, "info"),
    maxQueuedCommands: wholeNumber(env, "GUILDHALL_MAX_QUEUED_COMMANDS", 5_000, 1, 1_000_000),
  };
}

function smtpUrl(env: Environment): string | undefined {
  const value = text(env, "SMTP_URL");
  if (value === undefined || (/^smtps?:\/\//.test(value) && URL.canParse(value))) return value;
  throw new ConfigError("SMTP_URL must be a URL that begins with smtp:// or smtps://.");
}

function networks(env: Environment, fallback: readonly string[]): readonly string[] {
  const value = text(env, "GUILDHALL_OPEN_NETWORKS");
  if (value === undefined) return fallback;
  const given = value.split(",").map((network) => network.trim());
  if (readNetworks(given) !== undefined) return given;
  throw new ConfigError("GUILDHALL_OPEN_NETWORKS must be networks such as 10.1.0.0/16,fd00::/8.");
}
