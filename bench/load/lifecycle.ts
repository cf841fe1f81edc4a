import type { HttpDoor, Latency, LifecycleOrder, Measured, Pair, PostsOrder, SqlDoor } from "../messages.ts";
import { percentile } from "../statistics.ts";
import { openHttpMarket } from "./http-market.ts";
import type { Market } from "./market.ts";
import { openSqlMarket } from "./sql-market.ts";

const commandNames = ["post", "accept", "complete"] as const;
type CommandName = (typeof commandNames)[number];

/** Every command's time, in the order they ended. */
class Stopwatch {
  readonly #timesMs: Record<CommandName, number[]> = { post: [], accept: [], complete: [] };
  readonly #untilMs: number;
  #count = 0;

  constructor(untilMs: number) {
    this.#untilMs = untilMs;
  }

  get count(): number {
    return this.#count;
  }

  /** Commands that end after the time is over are not counted. */
  async time<Result>(name: CommandName, command: Promise<Result>): Promise<Result> {
    const startedMs = performance.now();
    const result = await command;
    const endedMs = performance.now();
    if (endedMs <= this.#untilMs) {
      this.#timesMs[name].push(endedMs - startedMs);
      this.#count++;
    }
    return result;
  }

  latencies(): Record<string, Latency> {
    const latencies: Record<string, Latency> = {};
    for (const name of commandNames) {
      const times = this.#timesMs[name].toSorted((a, b) => a - b);
      if (times.length > 0) latencies[name] = { p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
    }
    return latencies;
  }
}

/** Whole lives of tasks, one after the other on each connection. */
export async function runLifecycle(order: LifecycleOrder): Promise<Measured> {
  const markets = await openMarkets(order.through, order.pairs, order.connections);
  const untilMs = performance.now() + order.durationMs;
  const watch = new Stopwatch(untilMs);
  await Promise.all(
    markets.map(async (market) => {
      while (performance.now() < untilMs) {
        const id = await watch.time("post", market.post());
        await watch.time("accept", market.accept(id));
        await watch.time("complete", market.complete(id));
      }
    }),
  );
  await Promise.all(markets.map((market) => market.close()));
  return { perSecond: watch.count / (order.durationMs / 1_000), latency: watch.latencies() };
}

/** A fixed number of new tasks, spread over the connections. */
export async function runPosts(order: PostsOrder): Promise<Measured> {
  const markets = await openMarkets(order.through, order.pairs, order.connections);
  const watch = new Stopwatch(Number.POSITIVE_INFINITY);
  const startedMs = performance.now();
  let left = order.count;
  await Promise.all(
    markets.map(async (market) => {
      while (left-- > 0) await watch.time("post", market.post());
    }),
  );
  const seconds = (performance.now() - startedMs) / 1_000;
  await Promise.all(markets.map((market) => market.close()));
  return { perSecond: watch.count / seconds, latency: watch.latencies() };
}

/** All connections are open before the time begins. */
function openMarkets(through: HttpDoor | SqlDoor, pairs: readonly Pair[], connections: number): Promise<Market[]> {
  const chosen = pairs.slice(0, connections);
  if (chosen.length < connections) throw new Error("Every connection needs a pair of its own.");
  return Promise.all(
    chosen.map((pair) => (through.door === "http" ? openHttpMarket(through, pair) : openSqlMarket(through, pair))),
  );
}
