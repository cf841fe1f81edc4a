import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Latency } from "./messages.ts";
import { startHelper } from "./processes.ts";
import type { Ran, RunOrder } from "./run-node.ts";
import { findBrokenRule, type Stage } from "./stage.ts";
import { percentile } from "./statistics.ts";

export interface RunResults {
  readonly runs: number;
  readonly stepsEach: number;
  readonly modelMs: number;
  /** What the platform adds to a step: storing it, and handing over to the next. */
  readonly overhead: Latency;
  readonly stepsPerSecond: number;
  readonly idleMiB: number;
  readonly kibPerRun: number;
  readonly brokenRule: string | null;
}

export interface RunPace {
  readonly runs: number;
  readonly stepsEach: number;
}

/** On average; some answers take half as long, others half as long again, so that not all steps end at once. */
const modelMs = 2_000;
const name = "bench_runs";

/** Runs on one node, all at once, that wait for a model which takes two seconds for each answer. */
export async function measureRuns(stage: Stage, { runs, stepsEach }: RunPace): Promise<RunResults> {
  const model = createServer((_request, response) => {
    setTimeout(() => response.end("An answer."), modelMs * (0.5 + Math.random()));
  }).listen(0, "127.0.0.1");
  await once(model, "listening");
  const modelUrl = `http://127.0.0.1:${(model.address() as AddressInfo).port}`;
  const database = await stage.clone(name);
  const node = await startHelper("run-node.ts", { database });
  await stage.checkpoint();
  const order: RunOrder = { pairs: stage.pairs, runs, stepsEach, modelUrl };
  const { overheadMs, seconds, idleMiB, mostMiB } = await node.ask<Ran>(order);
  await node.stop();
  model.closeAllConnections();
  model.close();
  const brokenRule = await findBrokenRule(database);
  await stage.drop(name);
  const sorted = overheadMs.toSorted((a, b) => a - b);
  return {
    runs,
    stepsEach,
    modelMs,
    idleMiB,
    brokenRule,
    overhead: { p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) },
    stepsPerSecond: (runs * stepsEach) / seconds,
    kibPerRun: ((mostMiB - idleMiB) * 1_024) / runs,
  };
}
