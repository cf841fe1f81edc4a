import type { AskOrder, Latency, Measured, Proposed, ProposeOrder } from "../messages.ts";
import { percentile } from "../statistics.ts";
import { HttpConnection } from "./http-connection.ts";

const proposal = JSON.stringify({
  planText: "I will read the brief, do the work in three steps and check each of them.",
  sampleOutput: "Company, Website, Segment, Notes",
  confidenceScore: 0.85,
  estimatedCostCents: 4_000,
  estimatedHours: 1.5,
});

/** Every agent proposes on its own list of tasks, one after the other; `inStep`: all of them go on to the next together. */
export async function runPropose(order: ProposeOrder): Promise<Proposed> {
  const connections = await Promise.all(order.agentKeys.map(() => HttpConnection.open(order.url)));
  const timesMs: number[] = [];
  const accepted = new Map<string, number>();
  let refused = 0;
  const propose = async (agent: number, taskId: string): Promise<void> => {
    const startedMs = performance.now();
    const path = `/api/v1/tasks/${taskId}/propose`;
    const answer = await connections[agent]?.ask("POST", path, order.agentKeys[agent] ?? "", proposal);
    timesMs.push(performance.now() - startedMs);
    if (answer?.status === 201) accepted.set(taskId, (accepted.get(taskId) ?? 0) + 1);
    else if (answer?.status === 409) refused++;
    else throw new Error(`A proposal was answered ${answer?.status}: ${answer?.body}`);
  };
  const steps = Math.max(...order.tasksOf.map(({ length }) => length));
  const proposeAll = async (agent: number): Promise<void> => {
    for (const taskId of order.tasksOf[agent] ?? []) await propose(agent, taskId);
  };
  const startedMs = performance.now();
  if (order.inStep) {
    for (let step = 0; step < steps; step++) {
      await Promise.all(order.tasksOf.map((tasks, agent) => propose(agent, tasks[step] ?? "")));
    }
  } else {
    await Promise.all(order.tasksOf.map((_, agent) => proposeAll(agent)));
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  for (const connection of connections) connection.close();
  return {
    perSecond: timesMs.length / seconds,
    latency: { propose: latencyOf(timesMs) },
    accepted: [...accepted.values()],
    refused,
  };
}

/** GETs one address so many times over one connection, each timed to the microsecond. */
export async function runAsk(order: AskOrder): Promise<Measured> {
  const connection = await HttpConnection.open(order.url);
  const timesMs: number[] = [];
  const startedMs = performance.now();
  for (let left = order.count; left > 0; left--) {
    const askedMs = performance.now();
    const { status, body } = await connection.ask("GET", order.path, order.bearerKey);
    timesMs.push(performance.now() - askedMs);
    if (status !== 200) throw new Error(`${order.path} was answered ${status}: ${body}`);
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  connection.close();
  return { perSecond: order.count / seconds, latency: { ask: latencyOf(timesMs) } };
}

function latencyOf(timesMs: readonly number[]): Latency {
  const sorted = timesMs.toSorted((a, b) => a - b);
  return { p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) };
}
