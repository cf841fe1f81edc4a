import { mkdir, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type CompetingPace, measureCompeting } from "./measure-competing.ts";
import { measureDelegate } from "./measure-delegate.ts";
import { measureGet } from "./measure-get.ts";
import { type GrowthPace, measureGrowth } from "./measure-growth.ts";
import { measureLifecycle, type Pace } from "./measure-lifecycle.ts";
import { measureRuns, type RunPace } from "./measure-runs.ts";
import { measureSandbox } from "./measure-sandbox.ts";
import { measureStreams, type StreamPace } from "./measure-streams.ts";
import { measureTeams, type TeamPace } from "./measure-teams.ts";
import { measureWebhooks, type WebhookPace } from "./measure-webhooks.ts";
import { killHelpers, startHelper } from "./processes.ts";
import { describe, describeMachine, judge, type Report } from "./report.ts";
import { maxConnections, type Stage, setStage } from "./stage.ts";

/** `npm run bench`: measures everything described in README.md and prints it; a whole run writes results/latest.json. */

const sectionNames = [
  "lifecycle",
  "get",
  "growth",
  "delegate",
  "streams",
  "competing",
  "webhooks",
  "sandbox",
  "teams",
  "runs",
] as const;
type SectionName = (typeof sectionNames)[number];

interface Plan {
  readonly connections: readonly number[];
  readonly lifecycle: Pace;
  readonly get: Pace;
  readonly growth: GrowthPace;
  readonly streams: StreamPace;
  readonly competing: CompetingPace;
  readonly webhooks: WebhookPace;
  readonly sandbox: { readonly runs: number };
  readonly teams: TeamPace;
  readonly runs: RunPace;
}

const fullPlan: Plan = {
  connections: [1, 16, 64, maxConnections],
  lifecycle: { rounds: 4, roundMs: 2_000, warmUpMs: 1_000 },
  get: { rounds: 3, roundMs: 1_500, warmUpMs: 1_000 },
  growth: { sizes: [1_000, 100_000, 1_000_000], rounds: 5, listMs: 1_000, posts: 500 },
  streams: { streams: 10_000, watchers: 1_000, events: 200 },
  competing: { sizes: [10_000, 1_000_000], rounds: 7, asks: 300, tasks: 20 },
  webhooks: { rounds: 5, events: 100 },
  sandbox: { runs: 200 },
  teams: { rounds: 3, messages: 100_000, asks: 300 },
  runs: { runs: 1_000, stepsEach: 8 },
};
const quickPlan: Plan = {
  connections: [1, 64],
  lifecycle: { rounds: 2, roundMs: 1_500, warmUpMs: 500 },
  get: { rounds: 2, roundMs: 1_000, warmUpMs: 1_000 },
  growth: { sizes: [1_000, 100_000], rounds: 3, listMs: 1_000, posts: 300 },
  streams: { streams: 2_000, watchers: 1_000, events: 100 },
  competing: { sizes: [10_000, 100_000], rounds: 3, asks: 200, tasks: 10 },
  webhooks: { rounds: 2, events: 30 },
  sandbox: { runs: 50 },
  teams: { rounds: 1, messages: 100_000, asks: 200 },
  runs: { runs: 1_000, stepsEach: 4 },
};
const timeLimitMs = 25 * 60_000;
const resultsFolder = new URL("results/", import.meta.url);

const { quick, sections } = readArguments();
const plan = quick ? quickPlan : fullPlan;
const startedMs = performance.now();
const breakOff = new AbortController();
const timer = setTimeout(() => breakOff.abort(new Error("The run took more than 25 minutes.")), timeLimitMs);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => breakOff.abort(new Error(`Stopped by ${signal}.`)));
}
let stage: Stage | undefined;
try {
  stage = await setStage();
  const report = await Promise.race([measure(stage), brokenOff()]);
  if (!quick && sections.length === sectionNames.length) {
    await mkdir(resultsFolder, { recursive: true });
    await writeFile(new URL("latest.json", resultsFolder), `${JSON.stringify(report, rounded, 2)}\n`);
  }
  process.stdout.write(`${describe(report)}\n`);
} finally {
  clearTimeout(timer);
  killHelpers();
  await stage?.close();
}

async function measure(on: Stage): Promise<Report> {
  const load = await startHelper<unknown>("load.ts");
  const results = {
    lifecycle: await section("lifecycle", () => measureLifecycle(on, load, plan.connections, plan.lifecycle)),
    get: await section("get", () => measureGet(on, load, plan.connections, plan.get)),
    growth: await section("growth", () => measureGrowth(on, load, plan.growth)),
    delegate: await section("delegate", () => measureDelegate(on, load, plan.get)),
    streams: await section("streams", () => measureStreams(on, plan.streams)),
    competing: await section("competing", () => measureCompeting(on, load, plan.competing)),
    webhooks: await section("webhooks", () => measureWebhooks(on, plan.webhooks)),
    sandbox: await section("sandbox", () => measureSandbox(plan.sandbox)),
    teams: await section("teams", () => measureTeams(on, load, plan.teams)),
    runs: await section("runs", () => measureRuns(on, plan.runs)),
  };
  await load.stop();
  return {
    date: new Date().toISOString().slice(0, 10),
    quick,
    machine: describeMachine(on.postgresVersion),
    seconds: Math.round((performance.now() - startedMs) / 1_000),
    verdicts: judge(results),
    ...results,
  };
}

async function section<Result>(name: SectionName, run: () => Promise<Result>): Promise<Result | undefined> {
  if (!sections.includes(name)) return undefined;
  process.stderr.write(`measuring ${name} … `);
  const sectionMs = performance.now();
  const result = await run();
  process.stderr.write(`${Math.round((performance.now() - sectionMs) / 1_000)} s\n`);
  return result;
}

/** Never fulfils; rejects when the run is to end early. */
function brokenOff(): Promise<never> {
  return new Promise((_, reject) => {
    breakOff.signal.addEventListener("abort", () => reject(breakOff.signal.reason));
    if (breakOff.signal.aborted) reject(breakOff.signal.reason);
  });
}

function readArguments(): { quick: boolean; sections: readonly SectionName[] } {
  const { values } = parseArgs({ options: { quick: { type: "boolean" }, only: { type: "string" } } });
  const wanted = values.only?.split(",") ?? sectionNames;
  const unknown = wanted.find((name) => !sectionNames.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`--only knows ${sectionNames.join(", ")}, not ${unknown}.`);
  return { quick: values.quick ?? false, sections: sectionNames.filter((name) => wanted.includes(name)) };
}

/** Four digits say all that these measurements can. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
