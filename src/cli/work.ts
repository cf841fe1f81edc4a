import { ConfigError } from "../config/environment.ts";
import { programEnvironment, readWorkSettings } from "../config/work.ts";
import { Refused } from "./work/api.ts";
import { tellBy } from "./work/happenings.ts";
import { Worker } from "./work/worker.ts";

/** What the command line gives, as commander reads it. */
export interface WorkOptions {
  readonly exec: string;
  readonly url?: string;
  readonly key?: string;
  readonly concurrency: string;
  readonly capability: readonly string[];
  readonly directOnly?: boolean;
  readonly once?: boolean;
  readonly json?: boolean;
  readonly grace: string;
}

/** Exit codes of `guildhall work`, documented in docs/command-line.md. */
const exitOk = 0;
const exitNotDone = 1;
const exitKeyRefused = 3;

const maxConcurrency = 100;
const maxGraceSeconds = 86_400;

/** `guildhall work`: makes a worker of a program. Returns the exit code. */
export async function work(options: WorkOptions, print: (line: string) => void): Promise<number> {
  const { url, apiKey } = readWorkSettings({ url: options.url, apiKey: options.key });
  if (options.exec.trim() === "") throw new ConfigError("--exec must name a program.");
  const worker = new Worker({
    url,
    apiKey,
    command: options.exec,
    env: programEnvironment(apiKey),
    concurrency: wholeNumber("--concurrency", options.concurrency, 1, maxConcurrency),
    capabilities: options.capability,
    directOnly: options.directOnly === true,
    once: options.once === true,
    graceMs: wholeNumber("--grace", options.grace, 0, maxGraceSeconds) * 1_000,
    tell: tellBy(options.json === true, print),
  });
  const stop = (): void => worker.stop();
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  try {
    const outcome = await worker.work();
    return options.once === true && outcome !== undefined && outcome !== "submitted" ? exitNotDone : exitOk;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const isKey = error.status === 401 || error.status === 403;
    process.stderr.write(`guildhall: ${url} refuses ${isKey ? "this API key" : "to give work"}: ${error.message}\n`);
    return isKey ? exitKeyRefused : exitNotDone;
  } finally {
    process.off("SIGTERM", stop);
    process.off("SIGINT", stop);
  }
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max)) {
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}.`);
  }
  return number;
}
