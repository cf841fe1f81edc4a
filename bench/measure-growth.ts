import { medianLatency, rates } from "./measure-lifecycle.ts";
import type { HttpDoor, Latency, Measured, Order } from "./messages.ts";
import { type Helper, startHelper } from "./processes.ts";
import { seedTasks } from "./seed.ts";
import { findBrokenRule, type Stage } from "./stage.ts";
import { type Figure, figure, ratios } from "./statistics.ts";

export interface GrowthPace {
  readonly sizes: readonly number[];
  readonly rounds: number;
  readonly listMs: number;
  readonly posts: number;
}

/** One operation on a market of one size. */
interface GrowthRow {
  readonly operation: string;
  readonly tasks: number;
  readonly perSecond: Figure;
  readonly latency: Latency | undefined;
  /** Time per operation here over the time on the smallest market, round by round. */
  readonly costRatio: Figure;
  readonly judged: boolean;
}

export interface GrowthResults {
  readonly rows: readonly GrowthRow[];
  readonly brokenRule: string | null;
}

interface Operation {
  readonly name: string;
  /** Whether a ratio is wanted of it; the others are shown to explain. */
  readonly judged: boolean;
  order(url: string): Order;
}

const postConnections = 64;
const listConnections = 16;

/** Posting and listing on markets of several sizes, each with a server of its own, taking turns. */
export async function measureGrowth(stage: Stage, load: Helper<unknown>, pace: GrowthPace): Promise<GrowthResults> {
  const markets = [];
  for (const size of pace.sizes) markets.push({ size, address: await stage.clone(`bench_growth_${size}`) });
  await Promise.all(markets.map(({ size, address }) => seedTasks(address, size)));
  const servers = [];
  for (const { size, address } of markets) {
    servers.push({ size, server: await startHelper<{ url: string }>("server.ts", { database: address }) });
  }
  await stage.checkpoint();
  const rows: GrowthRow[] = [];
  for (const operation of operationsOf(stage, pace)) {
    const measured = new Map<number, Measured[]>(pace.sizes.map((size) => [size, []]));
    // The first round warms caches and plans and is thrown away.
    for (let round = -1; round < pace.rounds; round++) {
      for (const { size, server } of servers) {
        const result = await load.ask<Measured>(operation.order(server.hello.url));
        if (round >= 0) measured.get(size)?.push(result);
      }
    }
    rows.push(...toRows(operation, measured));
  }
  await Promise.all(servers.map(({ server }) => server.stop()));
  let brokenRule: string | null = null;
  for (const { address } of markets) brokenRule ??= await findBrokenRule(address);
  return { rows, brokenRule };
}

function operationsOf(stage: Stage, pace: GrowthPace): Operation[] {
  const list = (name: string, path: string, judged: boolean): Operation => ({
    name,
    judged,
    order: (url) => ({
      kind: "get",
      url,
      paths: [path],
      key: undefined,
      connections: listConnections,
      durationMs: pace.listMs,
    }),
  });
  return [
    list("list open", "/api/tasks?limit=20", true),
    list("list open, capability of 1 in 10", "/api/tasks?limit=20&capability=python", true),
    list("list open, capability of 1 in 1,000", "/api/tasks?limit=20&capability=cobol", false),
    {
      name: "post",
      judged: true,
      order: (url) => {
        const through: HttpDoor = { door: "http", url };
        return { kind: "posts", through, pairs: stage.pairs, connections: postConnections, count: pace.posts };
      },
    },
  ];
}

function toRows(operation: Operation, measured: ReadonlyMap<number, readonly Measured[]>): GrowthRow[] {
  const [smallest = []] = measured.values();
  return [...measured].map(([tasks, rounds]) => ({
    operation: operation.name,
    tasks,
    perSecond: figure(rates(rounds)),
    latency: Object.values(medianLatency(rounds))[0],
    costRatio: ratios(rates(smallest), rates(rounds)),
    judged: operation.judged,
  }));
}
