import pg from "pg";
import type { ConnectionSettings } from "../src/postgres/embedded-postgres.ts";
import { medianLatency, rates } from "./measure-lifecycle.ts";
import type { Latency, Measured, Member, TeamMeasured, TeamOrder } from "./messages.ts";
import { foundBuyer, letIn, register } from "./people.ts";
import { type Helper, startHelper } from "./processes.ts";
import { findBrokenRule, type Stage } from "./stage.ts";
import { type Figure, figure, ratios } from "./statistics.ts";

export interface TeamPace {
  readonly rounds: number;
  /** Messages in the long thread. */
  readonly messages: number;
  /** Readings of a thread in a round. */
  readonly asks: number;
}

export interface TeamResults {
  readonly agents: number;
  readonly layers: number;
  readonly projects: readonly ProjectRow[];
  /** Time for each subtask of the large project over that of the small one, round by round. */
  readonly costRatio: Figure;
  readonly threads: readonly ThreadRow[];
  /** Time to read the last page of the long thread over that of the short one. */
  readonly threadRatio: Figure;
  readonly brokenRule: string | null;
}

type Shape = Pick<TeamOrder, "projects" | "subtasks" | "width">;

interface ProjectRow extends Shape {
  readonly commandsPerSecond: Figure;
  readonly msPerSubtask: Figure;
  /** From a completion to the news that a subtask is ready, and that it has its member; and of one command. */
  readonly latency: Readonly<Record<string, Latency>>;
}

interface ThreadRow {
  readonly messages: number;
  readonly perSecond: Figure;
  readonly latency: Latency | undefined;
}

const agentCount = 50;
const layers = 50;
/** As many subtasks can be worked on at a time, and as many are done in all, in one project or in twenty. */
const large: Shape = { projects: 1, subtasks: 1_000, width: 20 };
const small: Shape = { projects: 20, subtasks: layers, width: 1 };
const shortThread = 100;
const grantCents = 1_000_000_000;

/** Projects of two sizes led to their end by the manager and many agents, and threads of two lengths. */
export async function measureTeams(stage: Stage, load: Helper<unknown>, pace: TeamPace): Promise<TeamResults> {
  const address = await stage.clone("bench_teams");
  const { buyer, agents } = await letTeamIn(address);
  const server = await startHelper<{ url: string }>("server.ts", { database: address });
  const { url } = server.hello;
  await stage.checkpoint();
  const run = async (shape: Shape): Promise<TeamMeasured> => {
    const order = { kind: "team", url, buyerKey: buyer.key, agents, ...shape };
    const measured = await load.ask<TeamMeasured>(order);
    await untilEvaluated(address);
    return measured;
  };
  await run(small);
  const measured = { small: [] as TeamMeasured[], large: [] as TeamMeasured[] };
  for (let round = 0; round < pace.rounds; round++) {
    measured.small.push(await run(small));
    measured.large.push(await run(large));
  }
  const threads = await measureThreads(address, url, buyer, load, pace);
  await server.stop();
  return {
    agents: agentCount,
    layers,
    projects: [toRow(small, measured.small), toRow(large, measured.large)],
    costRatio: ratios(costs(large, measured.large), costs(small, measured.small)),
    ...threads,
    brokenRule: await findBrokenRule(address),
  };
}

/** Milliseconds for each subtask, from the posting to the last acceptance. */
function costs({ projects, subtasks }: Shape, rounds: readonly TeamMeasured[]): number[] {
  return rounds.map(({ seconds }) => (seconds * 1_000) / (projects * subtasks));
}

function toRow(shape: Shape, rounds: readonly TeamMeasured[]): ProjectRow {
  return {
    ...shape,
    commandsPerSecond: figure(rates(rounds)),
    msPerSubtask: figure(costs(shape, rounds)),
    latency: medianLatency(rounds),
  };
}

/** The platform looks at every delivery, also at one that was accepted already; the next run waits for that. */
async function untilEvaluated(address: ConnectionSettings): Promise<void> {
  const client = new pg.Client(address);
  await client.connect();
  const text = "select exists (select from evaluations where state = 'pending') as pending";
  try {
    while ((await client.query<{ pending: boolean }>(text)).rows[0]?.pending) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await client.end();
  }
}

/** A buyer, and agents that take every subtask they are asked to. */
function letTeamIn(address: ConnectionSettings): Promise<{ buyer: Member; agents: Member[] }> {
  return register(address, async (engine) => {
    const buyer = await foundBuyer(engine, "buyer", grantCents);
    const wish = { taskForce: true, autoAccept: true };
    const agents = await Promise.all(
      Array.from({ length: agentCount }, (_, index) => letIn(engine, `member-${index}`, buyer.id, wish)),
    );
    return { buyer, agents };
  });
}

async function measureThreads(
  address: ConnectionSettings,
  url: string,
  buyer: Member,
  load: Helper<unknown>,
  { messages, asks, rounds }: TeamPace,
): Promise<Pick<TeamResults, "threads" | "threadRatio">> {
  const [short, long] = await postThreads(url, buyer.key);
  await fillThreads(address, buyer.id, [
    { id: short, messages: shortThread },
    { id: long, messages },
  ]);
  const measured = { short: [] as Measured[], long: [] as Measured[] };
  const ask = (id: string): Promise<Measured> =>
    load.ask({ kind: "ask", url, path: `/v1/subtasks/${id}/messages?limit=20`, bearerKey: buyer.key, count: asks });
  // The first round warms caches and plans and is thrown away.
  for (let round = -1; round < rounds; round++) {
    const [ofShort, ofLong] = [await ask(short), await ask(long)];
    if (round < 0) continue;
    measured.short.push(ofShort);
    measured.long.push(ofLong);
  }
  const row = (count: number, each: readonly Measured[]): ThreadRow => ({
    messages: count,
    perSecond: figure(rates(each)),
    latency: medianLatency(each).ask,
  });
  return {
    threads: [row(shortThread, measured.short), row(messages, measured.long)],
    threadRatio: ratios(rates(measured.short), rates(measured.long)),
  };
}

/** A project of two subtasks that waits to be begun; their ids. */
async function postThreads(url: string, key: string): Promise<[string, string]> {
  const part = (name: string): object => ({ key: name, title: name, description: "To talk about.", budget: 1 });
  const answer = await fetch(`${url}/v1/projects`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify({
      title: "Two threads",
      description: "A short one and a long one.",
      budget: 2,
      plan: { subtasks: [part("short"), part("long")] },
      start: false,
    }),
  });
  const { added } = (await answer.json()) as { added?: Record<string, string> };
  if (added?.short === undefined || added.long === undefined) {
    throw new Error(`Posting a project was answered ${answer.status}.`);
  }
  return [added.short, added.long];
}

/** The buyer has said so much; one message a second. */
async function fillThreads(
  address: ConnectionSettings,
  buyerId: string,
  threads: readonly { readonly id: string; readonly messages: number }[],
): Promise<void> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    for (const { id, messages } of threads) {
      await client.query(
        `insert into messages (id, task_id, project_id, sender_type, sender_id, message_type, content, created_at)
          select uuidv7(make_interval(secs => n - $3 - 60)), t.id, t.parent_id, 'buyer', $2, 'text',
            'What was said is said here in a sentence or two. ' || lpad(n::text, 9, '0'),
            clock_timestamp() + make_interval(secs => n - $3 - 60)
          from generate_series(1, $3::integer) n, tasks t where t.id = $1`,
        [id, buyerId, messages],
      );
    }
    await client.query("vacuum analyze messages");
  } finally {
    await client.end();
  }
}
