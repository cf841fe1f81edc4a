import type { HttpDoor, Latency, Measured, SqlDoor } from "./messages.ts";
import type { Helper } from "./processes.ts";
import { startHelper } from "./processes.ts";
import { findBrokenRule, type Stage } from "./stage.ts";
import { type Figure, figure, median, ratios } from "./statistics.ts";

interface LifecycleRow {
  readonly connections: number;
  readonly engine: Figure;
  readonly baseline: Figure;
  /** The baseline without timer jobs; only measured where the wanted ratio is. */
  readonly baselineWithoutTimers: Figure | null;
  readonly ratio: Figure;
  readonly ratioWithoutTimers: Figure | null;
  /** Medians of the rounds. */
  readonly engineLatency: Readonly<Record<string, Latency>>;
  readonly baselineLatency: Readonly<Record<string, Latency>>;
}

export interface LifecycleResults {
  readonly rows: readonly LifecycleRow[];
  readonly brokenRule: string | null;
}

export interface Pace {
  readonly rounds: number;
  readonly roundMs: number;
  readonly warmUpMs: number;
}

/** Where the ratio is wanted. */
export const judgedConnections = 64;

/** Post, accept and complete: through our server, and as hand-written transactions on a database of their own. */
export async function measureLifecycle(
  stage: Stage,
  load: Helper<unknown>,
  connectionCounts: readonly number[],
  pace: Pace,
): Promise<LifecycleResults> {
  const own = await stage.clone("bench_engine");
  const other = await stage.clone("bench_baseline");
  const server = await startHelper<{ url: string }>("server.ts", { database: own });
  const engine: HttpDoor = { door: "http", url: server.hello.url };
  const baseline: SqlDoor = { door: "sql", database: other, timers: "task" };
  const run = (through: HttpDoor | SqlDoor, connections: number, durationMs: number): Promise<Measured> =>
    load.ask({ kind: "lifecycle", through, pairs: stage.pairs, connections, durationMs });
  const rows: LifecycleRow[] = [];
  for (const connections of connectionCounts) {
    const doors = [
      engine,
      baseline,
      ...(connections === judgedConnections ? [{ ...baseline, timers: "none" as const }] : []),
    ];
    const measured: Measured[][] = doors.map(() => []);
    for (const door of doors) await run(door, connections, pace.warmUpMs);
    for (let round = 0; round < pace.rounds; round++) {
      for (const [index, door] of doors.entries()) measured[index]?.push(await run(door, connections, pace.roundMs));
    }
    rows.push(toRow(connections, measured));
  }
  await server.stop();
  const brokenRule = (await findBrokenRule(own)) ?? (await findBrokenRule(other));
  return { rows, brokenRule };
}

function toRow(connections: number, [engine = [], baseline = [], bare = []]: readonly Measured[][]): LifecycleRow {
  return {
    connections,
    engine: figure(rates(engine)),
    baseline: figure(rates(baseline)),
    baselineWithoutTimers: bare.length === 0 ? null : figure(rates(bare)),
    ratio: ratios(rates(engine), rates(baseline)),
    ratioWithoutTimers: bare.length === 0 ? null : ratios(rates(engine), rates(bare)),
    engineLatency: medianLatency(engine),
    baselineLatency: medianLatency(baseline),
  };
}

export function rates(rounds: readonly Measured[]): number[] {
  return rounds.map((round) => round.perSecond);
}

export function medianLatency(rounds: readonly Measured[]): Record<string, Latency> {
  const names = Object.keys(rounds[0]?.latency ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const each = rounds.flatMap((round) => round.latency[name] ?? []);
      return [name, { p50Ms: median(each.map((one) => one.p50Ms)), p99Ms: median(each.map((one) => one.p99Ms)) }];
    }),
  );
}
