import { medianLatency, type Pace, rates } from "./measure-lifecycle.ts";
import type { DelegatePair, Latency, Measured } from "./messages.ts";
import { type Helper, startHelper } from "./processes.ts";
import { findBrokenRule, type Stage } from "./stage.ts";
import { type Figure, figure, ratios } from "./statistics.ts";

export interface DelegateResults {
  readonly connections: number;
  /** Whole loops per second: ten requests each. */
  readonly loops: Figure;
  readonly loopLatency: Latency | undefined;
  /** GET /api/v1/tasks/{id} of 500 tasks in turn, beside a bare route of the same bytes. */
  readonly poll: Figure;
  readonly bare: Figure;
  readonly pollRatio: Figure;
  readonly brokenRule: string | null;
}

const delegateConnections = 64;
const taskCount = 500;

/** The Agentwork door: what polling costs, and how many delegated tasks go from creation to result in a second. */
export async function measureDelegate(stage: Stage, load: Helper<unknown>, pace: Pace): Promise<DelegateResults> {
  const database = await stage.clone("bench_delegate");
  const server = await startHelper<{ url: string }>("server.ts", { database });
  const { url } = server.hello;
  const pairs = await Promise.all(Array.from({ length: delegateConnections }, (_, index) => register(url, index)));
  const bearerKey = pairs[0]?.customerKey ?? "";
  const loops: Measured[] = [];
  const polls: Measured[] = [];
  const bares: Measured[] = [];
  const delegate = (durationMs: number): Promise<Measured> => load.ask({ kind: "delegate", url, pairs, durationMs });
  await delegate(pace.warmUpMs);
  for (let round = 0; round < pace.rounds; round++) loops.push(await delegate(pace.roundMs));

  const paths: string[] = [];
  for (let n = 0; n < taskCount; n++) paths.push(await createTask(url, bearerKey));
  const answer = await fetch(url + paths[0], { headers: { authorization: `Bearer ${bearerKey}` } });
  const contentType = answer.headers.get("content-type") ?? "";
  const bare = await startHelper<{ url: string }>("bare.ts", { body: await answer.text(), contentType });
  const get = (target: string, durationMs: number): Promise<Measured> =>
    load.ask({ kind: "get", url: target, paths, bearerKey, connections: delegateConnections, durationMs });
  for (const target of [url, bare.hello.url]) await get(target, pace.warmUpMs);
  for (let round = 0; round < pace.rounds; round++) {
    polls.push(await get(url, pace.roundMs));
    bares.push(await get(bare.hello.url, pace.roundMs));
  }
  await Promise.all([server.stop(), bare.stop()]);
  return {
    connections: delegateConnections,
    loops: figure(rates(loops)),
    loopLatency: medianLatency(loops).loop,
    poll: figure(rates(polls)),
    bare: figure(rates(bares)),
    pollRatio: ratios(rates(polls), rates(bares)),
    brokenRule: await findBrokenRule(database),
  };
}

/** An organization and an engineer of its own, made as anybody would make them. */
async function register(url: string, index: number): Promise<DelegatePair> {
  const email = `customer-${index}@example.com`;
  const customer = await post(url, "/api/v1/auth/register", undefined, { email, name: `Customer ${index}` });
  const customerKey = String(customer.api_key);
  const engineer = await post(url, "/v1/agents", customerKey, {
    name: `Engineer ${index}`,
    capabilities: ["software"],
    engineer: true,
  });
  return { customerKey, engineerKey: String(engineer.api_key) };
}

async function createTask(url: string, key: string): Promise<string> {
  const body = { title: "Build a landing page", description: "Create a modern landing page. ".repeat(10) };
  return `/api/v1/tasks/${(await post(url, "/api/v1/tasks/", key, body)).task_id}`;
}

async function post(
  url: string,
  path: string,
  key: string | undefined,
  body: object,
): Promise<Record<string, unknown>> {
  const answer = await fetch(url + path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`POST ${path} was answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}
