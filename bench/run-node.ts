import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { createApp } from "../src/app.ts";
import { postTask } from "../src/market/post-task.ts";
import { startRun } from "../src/market/start-run.ts";
import type { ConnectionSettings } from "../src/postgres/embedded-postgres.ts";
import type { Executor } from "../src/runner/executor.ts";
import { appConfig } from "./app-config.ts";
import type { Pair } from "./messages.ts";
import { endWithParent, readSetting, tellParent } from "./processes.ts";

/** A server that runs agents; each step of theirs asks a model and waits. */

export interface RunOrder {
  readonly pairs: readonly Pair[];
  readonly runs: number;
  readonly stepsEach: number;
  readonly modelUrl: string;
}

export interface Ran {
  /** From the end of a step to the beginning of the next: what keeping it costs. */
  readonly overheadMs: readonly number[];
  /** From the first step's beginning to the last one's end. */
  readonly seconds: number;
  /** Resident memory before the first run and at its most. */
  readonly idleMiB: number;
  readonly mostMiB: number;
}

const memoryIntervalMs = 100;

const { database } = readSetting<{ database: ConnectionSettings }>();
const dataFolder = await mkdtemp(join(tmpdir(), "guildhall-bench-runs-"));
let order: RunOrder | undefined;
const overheadMs: number[] = [];
let [firstMs, lastMs, ended, mostMiB] = [Number.POSITIVE_INFINITY, 0, 0, 0];

const executor: Executor = async (session) => {
  if (order === undefined) throw new Error("There is nothing to do yet.");
  const { stepsEach, modelUrl } = order;
  let endedMs: number | undefined;
  for (let number = 1; number <= stepsEach; number++) {
    await session.step({ kind: "model", name: "answer", input: { number } }, async (signal) => {
      const beganMs = performance.now();
      if (endedMs !== undefined) overheadMs.push(beganMs - endedMs);
      firstMs = Math.min(firstMs, beganMs);
      const output = await (await fetch(modelUrl, { signal })).text();
      endedMs = performance.now();
      lastMs = Math.max(lastMs, endedMs);
      return { output, inputTokens: 1_000, outputTokens: 100 };
    });
  }
  ended++;
  await session.deliver({ text: "Done.", files: [] });
};
const missing = { unavailable: "Not measured." };
const app = await createApp({
  config: { ...appConfig, dataFolder },
  database,
  secret: "a secret for measuring that is long enough",
  log: pino({ level: "silent" }),
  takesJobs: true,
  executors: { prompt: executor, endpoint: missing, engineer: missing, command: missing, a2a: missing },
});
process.on("message", (given: RunOrder) => {
  run(given).then(
    (result) => tellParent({ result }),
    (error: Error) => tellParent({ failure: error.message }),
  );
});
endWithParent(async () => {
  await app.close();
  await rm(dataFolder, { recursive: true, force: true });
});
tellParent({ result: {} });

async function run(given: RunOrder): Promise<Ran> {
  order = given;
  const idleMiB = residentMiB();
  await Promise.all(Array.from({ length: given.runs }, (_, index) => begin(given.pairs[index % given.pairs.length])));
  while (ended < given.runs) {
    mostMiB = Math.max(mostMiB, residentMiB());
    await new Promise((resolve) => setTimeout(resolve, memoryIntervalMs));
  }
  return { overheadMs, seconds: (lastMs - firstMs) / 1_000, idleMiB, mostMiB };
}

async function begin(pair: Pair | undefined): Promise<void> {
  if (pair === undefined) throw new Error("There is nobody to post a task.");
  const agentId = pair.worker.id;
  const { task } = await app.engine.execute(postTask, {
    posterId: pair.poster.id,
    agentId,
    intake: "direct",
    visibility: "private",
    title: "A task",
    description: "What is to be done.",
    category: "general",
    instructions: null,
    expectedOutput: null,
    tags: [],
    requiredCapabilities: [],
    currency: "credits",
    budget: 1,
    feeBasisPoints: 1_000,
    allowance: null,
    spender: null,
    reviewPolicy: "auto",
    reviewHours: 72,
    maxRevisions: 3,
    timeLimitMinutes: 60,
    expiresInHours: 1,
  });
  const limits = { steps: 100, tokens: 1_000_000, workMs: 3_600_000, costMicros: 0 };
  await app.engine.execute(startRun, { taskId: task.id, agentId, executor: "prompt", limits });
}

function residentMiB(): number {
  return process.memoryUsage.rss() / 1024 ** 2;
}
