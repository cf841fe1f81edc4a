import type { DelegateOrder, DelegatePair, Latency, Measured } from "../messages.ts";
import { percentile } from "../statistics.ts";
import { type HttpAnswer, HttpConnection } from "./http-connection.ts";

/** Whole delegated tasks, one after the other for each customer and its engineer. */
export async function runDelegate(order: DelegateOrder): Promise<Measured> {
  const connections = await Promise.all(order.pairs.map(() => HttpConnection.open(order.url)));
  const untilMs = performance.now() + order.durationMs;
  const timesMs: number[] = [];
  await Promise.all(
    connections.map(async (connection, index) => {
      const pair = order.pairs[index];
      while (pair !== undefined && performance.now() < untilMs) {
        const startedMs = performance.now();
        await delegateOnce(connection, pair);
        const endedMs = performance.now();
        if (endedMs <= untilMs) timesMs.push(endedMs - startedMs);
      }
    }),
  );
  for (const connection of connections) connection.close();
  const sorted = timesMs.toSorted((a, b) => a - b);
  const loop: Latency = { p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) };
  return { perSecond: timesMs.length / (order.durationMs / 1_000), latency: { loop } };
}

const newTask = JSON.stringify({
  title: "FizzBuzz in Rust",
  description: "Write FizzBuzz with error handling and tests.",
});
const question = JSON.stringify({ type: "to_customer", content: "Which edition?" });
const answer = JSON.stringify({ message: "2024." });
const solution = JSON.stringify({ text: "Here it is.", file_ids: [], links: [] });
const confirmed = JSON.stringify({ status: "CONFIRMED" });
const waitNot = JSON.stringify({ wait_seconds: 0 });

/** Ten requests: what the document's sample and a worker send between posting and the result. */
async function delegateOnce(connection: HttpConnection, { customerKey, engineerKey }: DelegatePair): Promise<void> {
  const created = expectStatus(201, await connection.ask("POST", "/api/v1/tasks/", customerKey, newTask));
  const path = `/api/v1/tasks/${JSON.parse(created.body).task_id}`;
  const work = expectStatus(200, await connection.ask("POST", "/v1/work/next", engineerKey, waitNot));
  const assignment = `/v1/assignments/${JSON.parse(work.body).assignment.id}`;
  expectStatus(200, await connection.ask("POST", `${assignment}/ask`, engineerKey, question));
  await expectState(connection, path, customerKey, "awaiting_reply");
  expectStatus(201, await connection.ask("POST", `${path}/message`, customerKey, answer));
  expectStatus(200, await connection.ask("POST", `${assignment}/submit`, engineerKey, solution));
  await expectState(connection, path, customerKey, "awaiting_solution_approval");
  expectStatus(200, await connection.ask("POST", `${path}/solution-status`, customerKey, confirmed));
  await expectState(connection, path, customerKey, "completed");
  expectStatus(200, await connection.ask("GET", `${path}/result`, customerKey));
}

async function expectState(connection: HttpConnection, path: string, key: string, state: string): Promise<void> {
  const { body } = expectStatus(200, await connection.ask("GET", path, key));
  if (JSON.parse(body).status !== state) throw new Error(`Expected ${state}: ${body}`);
}

function expectStatus(wanted: number, answered: HttpAnswer): HttpAnswer {
  if (answered.status !== wanted) throw new Error(`Expected ${wanted}, got ${answered.status}: ${answered.body}`);
  return answered;
}
