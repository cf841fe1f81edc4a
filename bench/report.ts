import { cpus, totalmem } from "node:os";
import { align, counts, span, times, whole } from "./format.ts";
import type { CompetingResults } from "./measure-competing.ts";
import type { DelegateResults } from "./measure-delegate.ts";
import type { GetRow } from "./measure-get.ts";
import type { GrowthResults } from "./measure-growth.ts";
import { judgedConnections, type LifecycleResults } from "./measure-lifecycle.ts";
import type { SandboxResults } from "./measure-sandbox.ts";
import type { StreamResults } from "./measure-streams.ts";
import type { TeamResults } from "./measure-teams.ts";
import type { WebhookResults } from "./measure-webhooks.ts";
import { judgeTeams, teamLines } from "./report-teams.ts";

/** Everything one run found, as it is written to results/latest.json. */
export interface Report {
  readonly date: string;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly seconds: number;
  readonly verdicts: readonly Verdict[];
  readonly lifecycle: LifecycleResults | undefined;
  readonly get: readonly GetRow[] | undefined;
  readonly growth: GrowthResults | undefined;
  readonly delegate: DelegateResults | undefined;
  readonly streams: StreamResults | undefined;
  readonly competing: CompetingResults | undefined;
  readonly webhooks: WebhookResults | undefined;
  readonly sandbox: SandboxResults | undefined;
  readonly teams: TeamResults | undefined;
}

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly node: string;
  readonly postgres: string;
}

/** What is wanted and what was found. */
export interface Verdict {
  readonly wanted: string;
  readonly found: string;
  readonly met: boolean;
}

type Sections = Pick<
  Report,
  "lifecycle" | "get" | "growth" | "delegate" | "streams" | "competing" | "webhooks" | "sandbox" | "teams"
>;

const wantedLifecycle = 1.5;
const wantedGet = 0.5;
const wantedGrowth = 1.2;
const wantedDeliveryMs = 250;
const wantedHanging = 1.1;
const wantedSandboxStartMs = 50;

export function describeMachine(postgresVersion: string): Machine {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? "unknown",
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    postgres: postgresVersion,
  };
}

/** Judges each wanted ratio by its median. */
export function judge(sections: Sections): Verdict[] {
  const { lifecycle, get, growth, delegate, streams, competing, webhooks, sandbox, teams } = sections;
  const verdicts: Verdict[] = [];
  for (const row of lifecycle?.rows ?? []) {
    if (row.connections !== judgedConnections) continue;
    const wanted = `lifecycle over HTTP ≥ ${wantedLifecycle} × hand-written SQL at ${judgedConnections} connections`;
    verdicts.push({ wanted, found: span(row.ratio), met: row.ratio.median >= wantedLifecycle });
  }
  for (const row of get ?? []) {
    const wanted = `GET ≥ ${wantedGet} × bare Fastify at ${row.connections} connections`;
    verdicts.push({ wanted, found: span(row.ratioWithoutKey), met: row.ratioWithoutKey.median >= wantedGet });
  }
  const largest = Math.max(...(growth?.rows ?? []).map((row) => row.tasks));
  for (const row of growth?.rows ?? []) {
    if (row.tasks !== largest || !row.judged) continue;
    const wanted = `${row.operation}: cost on ${whole(largest)} tasks ≤ ${wantedGrowth} × the smallest`;
    verdicts.push({ wanted, found: span(row.costRatio), met: row.costRatio.median <= wantedGrowth });
  }
  for (const [name, section] of Object.entries({ lifecycle, growth, delegate, competing, teams })) {
    if (section === undefined) continue;
    const found = section.brokenRule ?? "every rule holds";
    verdicts.push({ wanted: `the ledger after ${name}`, found, met: section.brokenRule === null });
  }
  if (delegate !== undefined) {
    const wanted = `poll of a delegated task ≥ ${wantedGet} × bare Fastify at ${delegate.connections} connections`;
    verdicts.push({ wanted, found: span(delegate.pollRatio), met: delegate.pollRatio.median >= wantedGet });
  }
  if (streams !== undefined) {
    const { p50Ms, p99Ms, maxMs } = streams.lastDelivery;
    verdicts.push({
      wanted: `an event at the last of ${whole(streams.watchers)} watchers within ${wantedDeliveryMs} ms (p99), ${whole(streams.streams)} streams open`,
      found: `p50 ${p50Ms} ms, p99 ${p99Ms} ms, at most ${maxMs} ms`,
      met: p99Ms < wantedDeliveryMs,
    });
    const { missed, repeated, broken } = streams;
    const found = `${missed} missed, ${repeated} repeated, ${broken} streams broken`;
    verdicts.push({ wanted: "every event once at every watcher", found, met: missed + repeated + broken === 0 });
  }
  if (competing !== undefined) verdicts.push(...judgeCompeting(competing));
  if (webhooks !== undefined) {
    const { endpoints, hanging, ratio, repeated } = webhooks;
    const wanted = `webhooks to ${endpoints - hanging} endpoints while ${hanging} hang ≤ ${wantedHanging} × while none does`;
    verdicts.push({ wanted, found: span(ratio), met: ratio.median <= wantedHanging });
    verdicts.push({ wanted: "every webhook once", found: `${repeated} repeated`, met: repeated === 0 });
  }
  if (sandbox !== undefined) {
    const wanted = `a program in the sandbox begins within ${wantedSandboxStartMs} ms (p50)`;
    const { p50Ms, p99Ms } = sandbox.start;
    verdicts.push({
      wanted,
      found: `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
      met: p50Ms < wantedSandboxStartMs,
    });
  }
  if (teams !== undefined) verdicts.push(...judgeTeams(teams));
  return verdicts;
}

function judgeCompeting({ agents, maxProposals, contended, spread, rows }: CompetingResults): Verdict[] {
  const { tasks, leastAccepted, mostAccepted, refused } = contended;
  const verdicts: Verdict[] = [
    {
      wanted: `${agents} agents on one task: exactly ${maxProposals} proposals taken, the others 409`,
      found: `${leastAccepted} to ${mostAccepted} on each of ${tasks} tasks, ${refused} × 409`,
      met:
        leastAccepted === maxProposals && mostAccepted === maxProposals && refused === tasks * (agents - maxProposals),
    },
    {
      wanted: "proposals on tasks of their own: every one taken",
      found: `${spread.tasks} taken, ${spread.refused} × 409`,
      met: spread.refused === 0,
    },
  ];
  const largest = Math.max(...rows.map((row) => row.tasks));
  for (const row of rows) {
    if (row.tasks !== largest || !row.judged) continue;
    const smallest = Math.min(...rows.map(({ tasks }) => tasks));
    const size = `on ${whole(largest)} tasks ≤ ${wantedGrowth} × on ${whole(smallest)}`;
    verdicts.push(
      {
        wanted: `${row.operation}: cost ${size}`,
        found: span(row.costRatio),
        met: row.costRatio.median <= wantedGrowth,
      },
      { wanted: `${row.operation}: p99 ${size}`, found: span(row.p99Ratio), met: row.p99Ratio.median <= wantedGrowth },
    );
  }
  return verdicts;
}

/** The report as a person reads it. */
export function describe(report: Report): string {
  const { machine } = report;
  const lines = [
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, Node ${machine.node}, PostgreSQL ${machine.postgres}, fsync on`,
    `Medians of rounds, (lowest–highest). The whole run took ${Math.round(report.seconds)} s.`,
  ];
  if (report.lifecycle !== undefined)
    lines.push("", "Post, accept, complete: commands per second", ...lifecycleLines(report.lifecycle));
  if (report.get !== undefined) lines.push("", "GET /api/tasks/{id}: requests per second", ...getLines(report.get));
  if (report.growth !== undefined)
    lines.push("", "Growing markets: operations per second, cost against the smallest", ...growthLines(report.growth));
  if (report.delegate !== undefined) lines.push("", ...delegateLines(report.delegate));
  if (report.streams !== undefined) {
    const { streams, kibPerStream } = report.streams;
    lines.push("", `${whole(streams)} open event streams: ${kibPerStream.toFixed(1)} KiB each`);
  }
  if (report.competing !== undefined) lines.push("", ...competingLines(report.competing));
  if (report.webhooks !== undefined) lines.push("", ...webhookLines(report.webhooks));
  if (report.sandbox !== undefined) lines.push("", sandboxLine(report.sandbox));
  if (report.teams !== undefined) lines.push("", ...teamLines(report.teams));
  lines.push("", "Wanted");
  for (const { wanted, found, met } of report.verdicts)
    lines.push(`${met ? "met    " : "NOT MET"}  ${wanted}: ${found}`);
  return lines.join("\n");
}

function lifecycleLines({ rows }: LifecycleResults): string[] {
  const table = [
    [
      "connections",
      "over HTTP",
      "hand-written SQL",
      "ratio",
      "p50/p99 ms HTTP: post",
      "accept",
      "complete",
      "SQL: post",
    ],
  ];
  for (const row of rows) {
    const { post, accept, complete } = row.engineLatency;
    table.push([
      String(row.connections),
      counts(row.engine),
      counts(row.baseline),
      span(row.ratio),
      times(post),
      times(accept),
      times(complete),
      times(row.baselineLatency.post),
    ]);
  }
  const lines = align(table);
  for (const { connections, baselineWithoutTimers, ratioWithoutTimers } of rows) {
    if (baselineWithoutTimers === null || ratioWithoutTimers === null) continue;
    lines.push(
      `at ${connections}, against hand-written SQL that sets no timers at all: ${counts(baselineWithoutTimers)}, ratio ${span(ratioWithoutTimers)}`,
    );
  }
  return lines;
}

function delegateLines(results: DelegateResults): string[] {
  const { connections, loops, loopLatency, poll, bare } = results;
  return [
    `Delegated tasks from creation to result (10 requests) at ${connections} connections: ${counts(loops)} per second, p50/p99 ms ${times(loopLatency)}`,
    `Polling one: ${counts(poll)} per second, a bare Fastify route of the same bytes ${counts(bare)}`,
  ];
}

function sandboxLine({ limitedBy, start, whole, bareStart }: SandboxResults): string {
  return `echo in the sandbox (limits by ${limitedBy}), p50/p99 ms: begins after ${times(start)}, all over after ${times(whole)}; without a sandbox it begins after ${times(bareStart)}`;
}

function webhookLines(results: WebhookResults): string[] {
  const { deliveries, endpoints, hanging, seconds, secondsWithHanging, deliveriesPerSecond } = results;
  return [
    `${whole(deliveries)} webhooks to ${endpoints} endpoints: ${span(seconds)} s, ${counts(deliveriesPerSecond)} per second; to the others while ${hanging} hang ${span(secondsWithHanging)} s`,
  ];
}

function getLines(rows: readonly GetRow[]): string[] {
  const table = [["connections", "without key", "with key", "bare Fastify", "ratio", "ratio with key", "p50/p99 ms"]];
  for (const row of rows) {
    table.push([
      String(row.connections),
      counts(row.withoutKey),
      counts(row.withKey),
      counts(row.bare),
      span(row.ratioWithoutKey),
      span(row.ratioWithKey),
      times(row.latencyWithoutKey),
    ]);
  }
  return align(table);
}

function growthLines({ rows }: GrowthResults): string[] {
  const table = [["operation", "tasks", "per second", "cost", "p50/p99 ms"]];
  for (const row of rows) {
    table.push([row.operation, whole(row.tasks), counts(row.perSecond), span(row.costRatio), times(row.latency)]);
  }
  return align(table);
}

function competingLines({ agents, contended, spread, rows }: CompetingResults): string[] {
  const table = [["board, one connection", "tasks", "per second", "cost", "p50/p99 ms", "p99"]];
  for (const row of rows) {
    const size = whole(row.tasks);
    const [cost, p99] = [span(row.costRatio), span(row.p99Ratio)];
    table.push([row.operation, size, counts(row.perSecond), cost, times(row.latency), p99]);
  }
  return [
    `Proposals of ${agents} agents: on one task at once ${whole(contended.perSecond)} per second, p50/p99 ms ${times(contended.latency)}; each on tasks of its own ${whole(spread.perSecond)}, ${times(spread.latency)}`,
    ...align(table),
  ];
}
