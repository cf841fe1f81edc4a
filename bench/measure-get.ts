import { medianLatency, type Pace, rates } from "./measure-lifecycle.ts";
import type { Latency, Measured } from "./messages.ts";
import { type Helper, startHelper } from "./processes.ts";
import type { Stage } from "./stage.ts";
import { type Figure, figure, ratios } from "./statistics.ts";

export interface GetRow {
  readonly connections: number;
  readonly withoutKey: Figure;
  readonly withKey: Figure;
  readonly bare: Figure;
  readonly ratioWithoutKey: Figure;
  readonly ratioWithKey: Figure;
  readonly latencyWithoutKey: Latency | undefined;
}

/** So many that equal look-ups do not fall together. */
const taskCount = 500;

/** GET /api/tasks/{id} of our server beside a Fastify route that sends the same bytes: 500 tasks in turn. */
export async function measureGet(
  stage: Stage,
  load: Helper<unknown>,
  connectionCounts: readonly number[],
  pace: Pace,
): Promise<readonly GetRow[]> {
  const database = await stage.clone("bench_get");
  const server = await startHelper<{ url: string }>("server.ts", { database });
  const [pair] = stage.pairs;
  if (pair === undefined) throw new Error("There is nobody to post a task.");
  const paths: string[] = [];
  for (let n = 0; n < taskCount; n++) paths.push(await postTask(server.hello.url, pair.poster.key));
  const answer = await fetch(server.hello.url + paths[0]);
  const contentType = answer.headers.get("content-type") ?? "";
  const bare = await startHelper<{ url: string }>("bare.ts", { body: await answer.text(), contentType });
  const targets = [
    { url: server.hello.url, paths },
    { url: server.hello.url, paths, key: pair.worker.key },
    { url: bare.hello.url, paths },
  ];
  const rows: GetRow[] = [];
  for (const connections of connectionCounts) {
    const measured: Measured[][] = targets.map(() => []);
    for (const target of targets) await load.ask({ kind: "get", ...target, connections, durationMs: pace.warmUpMs });
    for (let round = 0; round < pace.rounds; round++) {
      for (const [index, target] of targets.entries()) {
        measured[index]?.push(await load.ask({ kind: "get", ...target, connections, durationMs: pace.roundMs }));
      }
    }
    rows.push(toRow(connections, measured));
  }
  await Promise.all([server.stop(), bare.stop()]);
  return rows;
}

async function postTask(url: string, key: string): Promise<string> {
  const answer = await fetch(`${url}/api/tasks`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": key },
    body: JSON.stringify({ title: "Summarize this paper", description: "All of it. ".repeat(20), budget: 25 }),
  });
  const { data } = (await answer.json()) as { data: { id: string } };
  return `/api/tasks/${data.id}`;
}

function toRow(connections: number, [withoutKey = [], withKey = [], bare = []]: readonly Measured[][]): GetRow {
  return {
    connections,
    withoutKey: figure(rates(withoutKey)),
    withKey: figure(rates(withKey)),
    bare: figure(rates(bare)),
    ratioWithoutKey: ratios(rates(withoutKey), rates(bare)),
    ratioWithKey: ratios(rates(withKey), rates(bare)),
    latencyWithoutKey: medianLatency(withoutKey).get,
  };
}
