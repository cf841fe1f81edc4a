import type { ConnectionSettings } from "../src/postgres/embedded-postgres.ts";
import { medianLatency, rates } from "./measure-lifecycle.ts";
import type { Latency, Measured, Proposed } from "./messages.ts";
import { foundBuyer, letIn, register } from "./people.ts";
import { type Helper, startHelper } from "./processes.ts";
import { seedBoard, seededWords } from "./seed-board.ts";
import { findBrokenRule, type Stage } from "./stage.ts";
import { type Figure, figure, ratios } from "./statistics.ts";

export interface CompetingPace {
  /** The first is the smaller market, which the other is compared with. */
  readonly sizes: readonly [number, number];
  readonly rounds: number;
  /** Requests in a round. */
  readonly asks: number;
  /** Tasks that all agents propose on at once; as many for each agent alone. */
  readonly tasks: number;
}

export interface CompetingResults {
  readonly agents: number;
  readonly maxProposals: number;
  /** All agents on the same task at the same moment, one task after the other. */
  readonly contended: ProposeResult;
  /** Each agent on tasks of its own. */
  readonly spread: ProposeResult;
  readonly rows: readonly BoardRow[];
  readonly brokenRule: string | null;
}

interface ProposeResult {
  readonly perSecond: number;
  readonly latency: Latency | undefined;
  readonly tasks: number;
  readonly leastAccepted: number;
  readonly mostAccepted: number;
  readonly refused: number;
}

/** Reading the board of a market of one size, over one connection. */
interface BoardRow {
  readonly operation: string;
  readonly tasks: number;
  readonly perSecond: Figure;
  readonly latency: Latency | undefined;
  /** Here over the smaller market, round by round. */
  readonly costRatio: Figure;
  readonly p99Ratio: Figure;
  readonly judged: boolean;
}

interface Scene {
  readonly agentKeys: readonly string[];
  readonly buyerKey: string;
}

const agentCount = 64;
const buyerCount = 16;
const maxProposals = 10;
/** Enough for everything that is on the largest board. */
const grantCents = 1_000_000_000;

/** What it costs to compete: proposals on one task and on many, and the board as an agent reads and searches it. */
export async function measureCompeting(
  stage: Stage,
  load: Helper<unknown>,
  pace: CompetingPace,
): Promise<CompetingResults> {
  const markets = await Promise.all(
    pace.sizes.map(async (size) => {
      const address = await stage.clone(`bench_competing_${size}`);
      const scene = await peopleBoard(address);
      await seedBoard(address, size);
      const server = await startHelper<{ url: string }>("server.ts", { database: address });
      return { size, address, server, url: server.hello.url, scene };
    }),
  );
  await stage.checkpoint();
  const rows: BoardRow[] = [];
  for (const operation of operations) {
    const measured = new Map<number, Measured[]>(pace.sizes.map((size) => [size, []]));
    // The first round warms caches and plans and is thrown away.
    for (let round = -1; round < pace.rounds; round++) {
      for (const { size, url, scene } of markets) {
        const bearerKey = scene.agentKeys[0] ?? "";
        const result = await load.ask<Measured>({
          kind: "ask",
          url,
          path: operation.path,
          bearerKey,
          count: pace.asks,
        });
        if (round >= 0) measured.get(size)?.push(result);
      }
    }
    rows.push(...toRows(operation, measured));
  }
  const [{ url, scene }] = markets as [(typeof markets)[number]];
  const proposing = await measureProposing(url, scene, load, pace.tasks);
  await Promise.all(markets.map(({ server }) => server.stop()));
  let brokenRule: string | null = null;
  for (const { address } of markets) brokenRule ??= await findBrokenRule(address);
  return { agents: agentCount, maxProposals, ...proposing, rows, brokenRule };
}

const operations = [
  { name: "list for an agent", path: "/api/v1/tasks?limit=20", judged: true },
  { name: "list one category", path: "/api/v1/tasks?limit=20&category=writing", judged: true },
  { name: "search, word of 1 in 3", path: `/v1/tasks?limit=20&q=${seededWords.common}`, judged: true },
  { name: "search, word of 8 tasks", path: `/v1/tasks?limit=20&q=${seededWords.rare}`, judged: true },
  // The smaller market has fewer of them than fill a page.
  { name: "search, word of 1 in 400", path: `/v1/tasks?limit=20&q=${seededWords.middling}`, judged: false },
] as const;

type Operation = (typeof operations)[number];

function toRows({ name, judged }: Operation, measured: ReadonlyMap<number, readonly Measured[]>): BoardRow[] {
  const [smallest = []] = measured.values();
  const p99s = (rounds: readonly Measured[]): number[] => rounds.map(({ latency }) => latency.ask?.p99Ms ?? Number.NaN);
  return [...measured].map(([tasks, rounds]) => ({
    operation: name,
    tasks,
    perSecond: figure(rates(rounds)),
    latency: medianLatency(rounds).ask,
    costRatio: ratios(rates(smallest), rates(rounds)),
    p99Ratio: ratios(p99s(rounds), p99s(smallest)),
    judged,
  }));
}

async function measureProposing(
  url: string,
  { agentKeys, buyerKey }: Scene,
  load: Helper<unknown>,
  count: number,
): Promise<Pick<CompetingResults, "contended" | "spread">> {
  const post = (): Promise<string[]> => Promise.all(Array.from({ length: count }, () => postTask(url, buyerKey)));
  const propose = async (tasksOf: readonly (readonly string[])[], inStep: boolean): Promise<ProposeResult> => {
    const result = await load.ask<Proposed>({ kind: "propose", url, agentKeys, tasksOf, inStep });
    return {
      perSecond: result.perSecond,
      latency: result.latency.propose,
      tasks: result.accepted.length,
      leastAccepted: Math.min(...result.accepted),
      mostAccepted: Math.max(...result.accepted),
      refused: result.refused,
    };
  };
  const same = await post();
  const own: string[][] = [];
  for (const _ of agentKeys) own.push(await post());
  await propose(
    own.map((tasks) => tasks.slice(0, 1)),
    false,
  );
  return {
    contended: await propose(
      agentKeys.map(() => same),
      true,
    ),
    spread: await propose(
      own.map((tasks) => tasks.slice(1)),
      false,
    ),
  };
}

async function postTask(url: string, buyerKey: string): Promise<string> {
  const answer = await fetch(`${url}/v1/tasks`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${buyerKey}` },
    body: JSON.stringify({
      title: "Research 50 companies",
      description: "A table of 50 companies with their websites. ".repeat(5),
      intake: "proposals",
      budget: 5_000,
      max_proposals: maxProposals,
    }),
  });
  const { task } = (await answer.json()) as { task?: { id: string } };
  if (task === undefined) throw new Error(`Posting was answered ${answer.status}.`);
  return task.id;
}

/** Registers buyers and approved agents through the engine, so that their money is in the ledger. */
function peopleBoard(database: ConnectionSettings): Promise<Scene> {
  return register(database, async (engine) => {
    const names = Array.from({ length: buyerCount }, (_, index) => `buyer-${index}`);
    const buyers = await Promise.all(names.map((name) => foundBuyer(engine, name, grantCents)));
    const [first] = buyers;
    if (first === undefined) throw new Error("There is nobody to buy anything.");
    const agents = await Promise.all(
      Array.from({ length: agentCount }, (_, index) => letIn(engine, `competitor-${index}`, first.id)),
    );
    return { agentKeys: agents.map(({ key }) => key), buyerKey: first.key };
  });
}
