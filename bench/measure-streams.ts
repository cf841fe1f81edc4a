import { type Helper, startHelper } from "./processes.ts";
import type { Stage } from "./stage.ts";
import { percentile } from "./statistics.ts";
import type { Arrivals } from "./streams.ts";

export interface StreamResults {
  readonly streams: number;
  readonly kibPerStream: number;
  readonly watchers: number;
  readonly events: number;
  /** From the server's decision, before the commit, to the arrival at the last watcher. */
  readonly lastDelivery: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
  readonly missed: number;
  readonly repeated: number;
  readonly broken: number;
}

export interface StreamPace {
  readonly streams: number;
  /** Of one task. */
  readonly watchers: number;
  readonly events: number;
}

const watchersOfOthers = 100;
const pauseBetweenEventsMs = 100;
const settleMs = 2_000;

/** Many open streams on one server, a thousand of them on one task: memory for each, and how long an event takes to the last. */
export async function measureStreams(stage: Stage, pace: StreamPace): Promise<StreamResults> {
  const database = await stage.clone("bench_streams");
  const server = await startHelper<{ url: string }>("server.ts", { database });
  const [pair] = stage.pairs;
  if (pair === undefined) throw new Error("There is nobody to post a task.");
  const { url } = server.hello;
  const readers = await startHelper<string>("streams.ts", { url, key: pair.poster.key });
  const watched = await claimedTask(url, pair);
  const others: string[] = [];
  for (let left = pace.streams - pace.watchers; left > 0; left -= watchersOfOthers) {
    others.push((await claimedTask(url, pair)).taskId);
  }
  const before = await residentBytes(url);
  await readers.ask({ kind: "open", taskId: watched.taskId, count: pace.watchers });
  for (const taskId of others) await readers.ask({ kind: "open", taskId, count: watchersOfOthers });
  const { streams } = await reportOf(readers);
  const after = await residentBytes(url);
  for (let event = 0; event < pace.events; event++) {
    await send(url, pair.worker.key, `/v1/assignments/${watched.assignmentId}/progress`, { content: `Step ${event}` });
    await pause(pauseBetweenEventsMs);
  }
  await pause(settleMs);
  const arrivals = await reportOf(readers);
  const events = arrivals.events.filter(({ taskId }) => taskId === watched.taskId);
  const delays = events.map(({ lastAfterMs }) => lastAfterMs).sort((a, b) => a - b);
  const arrived = events.reduce((sum, each) => sum + Math.min(each.readers, pace.watchers), 0);
  await Promise.all([readers.stop(), server.stop()]);
  return {
    streams,
    kibPerStream: (after - before) / streams / 1_024,
    watchers: pace.watchers,
    events: pace.events,
    lastDelivery: {
      p50Ms: percentile(delays, 0.5),
      p99Ms: percentile(delays, 0.99),
      maxMs: delays.at(-1) ?? Number.NaN,
    },
    missed: pace.events * pace.watchers - arrived,
    repeated: events.reduce((sum, each) => sum + Math.max(0, each.readers - pace.watchers), 0),
    broken: arrivals.broken,
  };
}

function reportOf(readers: Helper<string>): Promise<Arrivals> {
  return readers.ask({ kind: "report" });
}

async function claimedTask(url: string, { poster, worker }: Stage["pairs"][number]) {
  const task = { title: "A task", description: "What is to be done.", budget: 1, currency: "credits" };
  const posted = await send<{ task: { id: string } }>(url, poster.key, "/v1/tasks", task);
  const taskId = posted.task.id;
  const claim = { heartbeat_seconds: null };
  const claimed = await send<{ assignment: { id: string } }>(url, worker.key, `/v1/tasks/${taskId}/claim`, claim);
  return { taskId, assignmentId: claimed.assignment.id };
}

async function send<Body>(url: string, key: string, path: string, body: object): Promise<Body> {
  const answer = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Body;
}

/** What the server says of itself. */
async function residentBytes(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
