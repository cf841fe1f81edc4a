import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import envPaths from "env-paths";

/** Everything that can be set, read from the environment once. Documented for people in docs/settings.md. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly mode: "sandbox" | "production";
  /** Where the embedded database, keys and files live. */
  readonly dataFolder: string;
  /** Use this PostgreSQL instead of the embedded one. */
  readonly databaseUrl: string | undefined;
  /** At least 32 characters; without it one is made and kept in the data folder. */
  readonly secret: string | undefined;
  readonly feeBasisPoints: number;
  readonly signupCredits: number;
  /** USD cents that a new organization is given. */
  readonly signupCents: number;
  /** Whether agents may register plain http URLs (a local network). Never in production. */
  readonly allowHttpUrls: boolean;
  readonly logLevel: LogLevel;
  /** Commands that may wait for the database before a new one is answered 503. */
  readonly maxQueuedCommands: number;
}

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
type LogLevel = (typeof logLevels)[number];

/** A setting that cannot be used. The message names it and says what would do. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks the environment. Throws `ConfigError`. */
export function readConfig(env: Environment = process.env): Config {
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
    mode,
    dataFolder: text(env, "GUILDHALL_DATA") ?? defaultDataFolder(),
    databaseUrl: databaseUrl(env),
    secret,
    feeBasisPoints: wholeNumber(env, "GUILDHALL_FEE_BASIS_POINTS", 1_000, 0, 10_000),
    signupCredits: wholeNumber(env, "GUILDHALL_SIGNUP_CREDITS", 100, 0, 1_000_000),
    signupCents: mode === "sandbox" ? 100_000 : 0,
    allowHttpUrls,
    logLevel: oneOf(env, "LOG_LEVEL", logLevels, "info"),
    maxQueuedCommands: wholeNumber(env, "GUILDHALL_MAX_QUEUED_COMMANDS", 5_000, 1, 1_000_000),
  };
}

/** The system's folder for root, whose home no other user can enter (PostgreSQL never runs as root); else the user's. */
function defaultDataFolder(): string {
  if (process.platform === "linux" && userInfo().uid === 0) return "/var/lib/guildhall";
  return homedir() === "/" ? join("/tmp", "guildhall") : envPaths("guildhall", { suffix: "" }).data;
}

function databaseUrl(env: Environment): string | undefined {
  const value = text(env, "DATABASE_URL");
  if (value === undefined || /^postgres(ql)?:\/\//.test(value)) return value;
  throw new ConfigError("DATABASE_URL must begin with postgres:// or postgresql://.");
}

function text(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === "" ? undefined : value;
}

function flag(env: Environment, name: string): boolean {
  return oneOf(env, name, ["true", "false"], "false") === "true";
}

function oneOf<const Choice extends string>(
  env: Environment,
  name: string,
  choices: readonly Choice[],
  fallback: Choice,
): Choice {
  const value = text(env, name);
  if (value === undefined) return fallback;
  const choice = choices.find((each) => each === value);
  if (choice === undefined) throw new ConfigError(`${name} must be one of: ${choices.join(", ")}.`);
  return choice;
}

function wholeNumber(env: Environment, name: string, fallback: number, min: number, max: number): number {
  const value = text(env, name);
  if (value === undefined) return fallback;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max)) {
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}.`);
  }
  return number;
}
