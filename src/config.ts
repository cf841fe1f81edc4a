import { homedir, userInfo } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import envPaths from "env-paths";
import type { ModelPrices, TokenPrices } from "./model/chat.ts";
import type { CreditWeights } from "./model/credit-weights.ts";
import { localNetworks, readNetworks } from "./model/outside-url.ts";
import type { RunLimits } from "./model/run.ts";

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

interface ModelConfig {
  readonly kind: "anthropic" | "openai-compatible";
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly model: string;
  /** For an answer in one piece, and for the silence within one that is streamed. */
  readonly timeoutMs: number;
  /** For a whole answer that is streamed. */
  readonly answerMs: number;
  readonly prices: ModelPrices;
}

/** What programs that agents run may have. */
interface SandboxConfig {
  /** Of one program; what is left out is as docs/sandbox.md says. */
  readonly limits: {
    readonly wallMs?: number;
    readonly cpuMs?: number;
    readonly memoryBytes?: number;
    readonly processes?: number;
    readonly diskBytes?: number;
  };
  /** Folders of the machine that programs may read besides the system's own. */
  readonly readOnlyFolders: readonly string[];
}

interface S3Config {
  readonly bucket: string;
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  readonly forcePathStyle: boolean;
}

const bytesPerMiB = 1024 ** 2;
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
    publicUrl: httpUrl(env, "GUILDHALL_PUBLIC_URL"),
    mode,
    dataFolder: text(env, "GUILDHALL_DATA") ?? defaultDataFolder(),
    databaseUrl: databaseUrl(env),
    redisUrl: redisUrl(env),
    secret,
    feeBasisPoints: wholeNumber(env, "GUILDHALL_FEE_BASIS_POINTS", 1_000, 0, 10_000),
    signupCredits: wholeNumber(env, "GUILDHALL_SIGNUP_CREDITS", 100, 0, 1_000_000),
    signupCents: mode === "sandbox" ? 100_000 : 0,
    allowHttpUrls,
    openNetworks: networks(env, allowHttpUrls ? localNetworks : []),
    s3: s3(env),
    agentworkTaskCredits: wholeNumber(env, "GUILDHALL_AGENTWORK_TASK_CREDITS", 1, 1, 100),
    creditWeights: creditWeights(env),
    smtpUrl: smtpUrl(env),
    mailFrom: text(env, "MAIL_FROM") ?? "Guildhall <guildhall@localhost>",
    heartbeatSeconds: wholeNumber(env, "GUILDHALL_HEARTBEAT_SECONDS", 60, 1, 3_600),
    nudgeMinutes: wholeNumber(env, "GUILDHALL_NUDGE_MINUTES", 30, 1, 10_080),
    maxNudges: wholeNumber(env, "GUILDHALL_MAX_NUDGES", 2, 0, 100),
    invitationMinutes: wholeNumber(env, "GUILDHALL_INVITATION_MINUTES", 15, 1, 10_080),
    opensLinks: oneOf(env, "GUILDHALL_OPEN_LINKS", ["true", "false"], "true") === "true",
    houseAgent:
      oneOf(env, "GUILDHALL_HOUSE_AGENT", ["true", "false"], mode === "sandbox" ? "true" : "false") === "true",
    model: model(env),
    maxRuns: wholeNumber(env, "GUILDHALL_RUN_MAX", 2_000, 1, 100_000),
    executeMs: wholeNumber(env, "GUILDHALL_EXECUTE_SECONDS", 120, 1, 3_600) * 1_000,
    runLimits: {
      steps: wholeNumber(env, "GUILDHALL_RUN_STEPS", 300, 1, 10_000),
      tokens: wholeNumber(env, "GUILDHALL_RUN_TOKENS", 5_000_000, 1, 1_000_000_000),
      workMs: wholeNumber(env, "GUILDHALL_RUN_MINUTES", 60, 1, 10_080) * 60_000,
      costMicros: wholeNumber(env, "GUILDHALL_RUN_CENTS", 1_000, 0, 100_000_000) * 10_000,
    },
    sandbox: sandbox(env),
    logLevel: oneOf(env, "LOG_LEVEL", logLevels, "info"),
    maxQueuedCommands: wholeNumber(env, "GUILDHALL_MAX_QUEUED_COMMANDS", 5_000, 1, 1_000_000),
  };
}

/** Where `guildhall work` finds the market, and who it is there. */
export interface WorkSettings {
  readonly url: string;
  readonly apiKey: string;
}

/** Options of the command line go before GUILDHALL_URL and GUILDHALL_API_KEY. Throws `ConfigError`. */
export function readWorkSettings(
  options: { readonly [Name in keyof WorkSettings]: string | undefined },
  env: Environment = process.env,
): WorkSettings {
  const given = {
    GUILDHALL_URL: options.url ?? env.GUILDHALL_URL,
    GUILDHALL_API_KEY: options.apiKey ?? env.GUILDHALL_API_KEY,
  };
  const apiKey = text(given, "GUILDHALL_API_KEY");
  if (apiKey === undefined) throw new ConfigError("An agent's API key is needed: --key, or GUILDHALL_API_KEY.");
  return { url: httpUrl(given, "GUILDHALL_URL") ?? "http://127.0.0.1:8787", apiKey };
}

/** What a program run for a task may see of our environment: nothing of Guildhall's settings, and not the key. */
export function programEnvironment(apiKey: string, env: Environment = process.env): Record<string, string> {
  const isOurs = (name: string): boolean => /^(GUILDHALL_|S3_|SMTP_)|^(DATABASE|REDIS)_URL$/.test(name);
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !isOurs(entry[0]) && !entry[1].includes(apiKey),
    ),
  );
}

/** The system's folder for root, whose home no other user can enter (PostgreSQL never runs as root); else the user's. */
function defaultDataFolder(): string {
  if (process.platform === "linux" && userInfo().uid === 0) return "/var/lib/guildhall";
  return homedir() === "/" ? join("/tmp", "guildhall") : envPaths("guildhall", { suffix: "" }).data;
}

function smtpUrl(env: Environment): string | undefined {
  const value = text(env, "SMTP_URL");
  if (value === undefined || (/^smtps?:\/\//.test(value) && URL.canParse(value))) return value;
  throw new ConfigError("SMTP_URL must be a URL that begins with smtp:// or smtps://.");
}

function databaseUrl(env: Environment): string | undefined {
  const value = text(env, "DATABASE_URL");
  if (value === undefined || /^postgres(ql)?:\/\//.test(value)) return value;
  throw new ConfigError("DATABASE_URL must begin with postgres:// or postgresql://.");
}

function redisUrl(env: Environment): string | undefined {
  const value = text(env, "REDIS_URL");
  if (value === undefined || (/^rediss?:\/\//.test(value) && URL.canParse(value))) return value;
  throw new ConfigError("REDIS_URL must be a URL that begins with redis:// or rediss://.");
}

/** A server of one's own goes before Anthropic's. */
function model(env: Environment): ModelConfig | undefined {
  const timeoutMs = wholeNumber(env, "MODEL_TIMEOUT_SECONDS", 60, 1, 600) * 1_000;
  const answerMs = wholeNumber(env, "MODEL_ANSWER_SECONDS", 600, 1, 3_600) * 1_000;
  const shared = { timeoutMs, answerMs, prices: modelPrices(env) };
  const [baseUrl, name] = [httpUrl(env, "MODEL_BASE_URL"), text(env, "MODEL_NAME")];
  const [apiKey, anthropicKey] = [text(env, "MODEL_API_KEY"), text(env, "ANTHROPIC_API_KEY")];
  if (baseUrl !== undefined) {
    if (name === undefined) throw new ConfigError("MODEL_NAME is required when MODEL_BASE_URL is set.");
    return { kind: "openai-compatible", baseUrl, apiKey, model: name, ...shared };
  }
  if (apiKey !== undefined) throw new ConfigError("MODEL_API_KEY is of no use without MODEL_BASE_URL.");
  if (anthropicKey === undefined) return undefined;
  const anthropicUrl = httpUrl(env, "ANTHROPIC_BASE_URL") ?? "https://api.anthropic.com";
  const versioned = anthropicUrl.endsWith("/v1") ? anthropicUrl : `${anthropicUrl}/v1`;
  const model = name ?? "claude-sonnet-5";
  return { kind: "anthropic", baseUrl: versioned, apiKey: anthropicKey, model, ...shared };
}

/** Credits for a million tokens of input and of output. */
function creditWeights(env: Environment): CreditWeights {
  const value = text(env, "GUILDHALL_AGENTWORK_TOKEN_CREDITS") ?? "10/50";
  const [, input, output] = /^(\d{1,6})\/(\d{1,6})$/.exec(value) ?? [];
  if (input !== undefined && output !== undefined) return { input: Number(input), output: Number(output) };
  throw new ConfigError("GUILDHALL_AGENTWORK_TOKEN_CREDITS must be credits per million tokens, such as 10/50.");
}

/** `name=input/output`, and behind them what cached input and its caching cost; several with commas between. */
function modelPrices(env: Environment): ModelPrices {
  const value = text(env, "MODEL_PRICES");
  if (value === undefined) return new Map();
  return new Map(value.split(",").map((entry) => pricesOfModel(entry.trim())));
}

function pricesOfModel(entry: string): readonly [string, TokenPrices] {
  const [, name, list] = /^(.+)=(\d+(?:\.\d+)?(?:\/\d+(?:\.\d+)?){1,3})$/.exec(entry) ?? [];
  const [input, output, cachedInput = input, cacheWrite = input] = list?.split("/").map(Number) ?? [];
  if (name !== undefined && input !== undefined && output !== undefined && cachedInput !== undefined) {
    return [name, { input, output, cachedInput, cacheWrite: cacheWrite ?? input }];
  }
  throw new ConfigError("MODEL_PRICES must be US dollars per million tokens, such as claude-sonnet-5=3/15/0.3/3.75.");
}

function sandbox(env: Environment): SandboxConfig {
  const wallMs = wholeNumber(env, "GUILDHALL_SANDBOX_SECONDS", 600, 1, 86_400) * 1_000;
  const folders = (text(env, "GUILDHALL_SANDBOX_FOLDERS") ?? "").split(delimiter).filter((folder) => folder !== "");
  if (!folders.every(isAbsolute)) {
    throw new ConfigError(`GUILDHALL_SANDBOX_FOLDERS must be absolute paths with ${delimiter} between them.`);
  }
  return {
    limits: {
      wallMs,
      cpuMs: wallMs,
      memoryBytes: wholeNumber(env, "GUILDHALL_SANDBOX_MEMORY_MIB", 1_024, 64, 1_048_576) * bytesPerMiB,
      processes: wholeNumber(env, "GUILDHALL_SANDBOX_PROCESSES", 256, 8, 32_768),
      diskBytes: wholeNumber(env, "GUILDHALL_SANDBOX_DISK_MIB", 1_024, 16, 1_048_576) * bytesPerMiB,
    },
    readOnlyFolders: folders,
  };
}

function s3(env: Environment): S3Config | undefined {
  const bucket = text(env, "S3_BUCKET");
  if (bucket === undefined) return undefined;
  const [accessKeyId, secretAccessKey] = [text(env, "S3_ACCESS_KEY_ID"), text(env, "S3_SECRET_ACCESS_KEY")];
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new ConfigError("S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set together, or neither.");
  }
  return {
    bucket,
    endpoint: httpUrl(env, "S3_ENDPOINT"),
    region: text(env, "S3_REGION") ?? "us-east-1",
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey },
    forcePathStyle: flag(env, "S3_FORCE_PATH_STYLE"),
  };
}

/** An http(s) URL with neither query nor fragment, without the slash at its end. */
function httpUrl(env: Environment, name: string): string | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain = url !== undefined && url.search === "" && url.hash === "" && url.username === "";
  if (!isPlain || !["http:", "https:"].includes(url.protocol)) {
    throw new ConfigError(`${name} must be a URL such as https://market.example.com, without a query.`);
  }
  return url.href.replace(/\/+$/, "");
}

function networks(env: Environment, fallback: readonly string[]): readonly string[] {
  const value = text(env, "GUILDHALL_OPEN_NETWORKS");
  if (value === undefined) return fallback;
  const given = value.split(",").map((network) => network.trim());
  if (readNetworks(given) !== undefined) return given;
  throw new ConfigError("GUILDHALL_OPEN_NETWORKS must be networks such as 10.1.0.0/16,fd00::/8.");
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
