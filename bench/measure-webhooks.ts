import { randomUUID } from "node:crypto";
import pg from "pg";
import { startHelper } from "./processes.ts";
import type { AwaitOrder, Received } from "./receivers.ts";
import type { Stage } from "./stage.ts";
import { type Figure, figure, ratios } from "./statistics.ts";

export interface WebhookResults {
  readonly endpoints: number;
  readonly hanging: number;
  /** To all endpoints together. */
  readonly deliveries: number;
  /** Until each of those that never hang has had everything. */
  readonly seconds: Figure;
  readonly secondsWithHanging: Figure;
  readonly ratio: Figure;
  readonly deliveriesPerSecond: Figure;
  readonly repeated: number;
}

export interface WebhookPace {
  readonly rounds: number;
  /** Each goes to every endpoint. */
  readonly events: number;
}

const endpoints = 100;
const hanging = 10;

/**
 * One party with 100 endpoints posts tasks; each is told to every endpoint. Measured is the time from the first post until
 * the last of 90 endpoints has had all of them: with the other ten answering, and with them hanging.
 */
export async function measureWebhooks(stage: Stage, pace: WebhookPace): Promise<WebhookResults> {
  await measureRound(stage, { ...pace, events: 10 }, 0);
  const healthy: Round[] = [];
  const beside: Round[] = [];
  for (let round = 0; round < pace.rounds; round++) {
    healthy.push(await measureRound(stage, pace, 0));
    beside.push(await measureRound(stage, pace, hanging));
  }
  const secondsOf = (rounds: readonly Round[]): number[] => rounds.map(({ seconds }) => seconds);
  return {
    endpoints,
    hanging,
    deliveries: endpoints * pace.events,
    seconds: figure(secondsOf(healthy)),
    secondsWithHanging: figure(secondsOf(beside)),
    ratio: ratios(secondsOf(beside), secondsOf(healthy)),
    deliveriesPerSecond: figure(healthy.map(({ seconds }) => (endpoints * pace.events) / seconds)),
    repeated: [...healthy, ...beside].reduce((sum, { repeated }) => sum + repeated, 0),
  };
}

interface Round {
  readonly seconds: number;
  readonly repeated: number;
}

async function measureRound(stage: Stage, { events }: WebhookPace, hangingNow: number): Promise<Round> {
  const [pair] = stage.pairs;
  if (pair === undefined) throw new Error("There is nobody to post a task.");
  const name = "bench_webhooks";
  const database = await stage.clone(name);
  const receivers = await startHelper<string[]>("receivers.ts", { count: endpoints, hanging: hangingNow });
  await addEndpoints(database, pair.poster.id, receivers.hello);
  const config = { allowHttpUrls: true, openNetworks: ["127.0.0.0/8"] };
  const server = await startHelper<{ url: string }>("server.ts", { database, config });
  await stage.checkpoint();
  const order: AwaitOrder = { judged: endpoints - hanging, each: events };
  const received = receivers.ask<Received>(order);
  const startedMs = Date.now();
  const posts = Array.from({ length: events }, () => post(server.hello.url, pair.poster.key));
  await Promise.all(posts);
  const { lastAtMs, repeated } = await received;
  // The receivers first: what hangs ends then, and so does the server.
  await receivers.stop();
  await server.stop();
  await stage.drop(name);
  return { seconds: (lastAtMs - startedMs) / 1_000, repeated };
}

/** More than one party may make by itself, so written by hand. The first ones are those that may hang. */
async function addEndpoints(database: pg.ClientConfig, partyId: string, urls: readonly string[]): Promise<void> {
  const client = new pg.Client(database);
  await client.connect();
  try {
    await client.query(
      `insert into webhook_endpoints (id, party_id, format, url, event_types, created_at)
       select r.id, $1, 'standard', r.url, '{task.posted}', now() from unnest($2::uuid[], $3::text[]) as r(id, url)`,
      [partyId, urls.map(() => randomUUID()), urls],
    );
  } finally {
    await client.end();
  }
}

async function post(url: string, key: string): Promise<void> {
  const task = { title: "A task", description: "What is to be done.", budget: 1, currency: "credits" };
  const answer = await fetch(`${url}/v1/tasks`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify(task),
  });
  if (!answer.ok) throw new Error(`Posting answered ${answer.status}: ${await answer.text()}`);
}
