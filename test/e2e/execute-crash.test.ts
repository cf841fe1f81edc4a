import { afterAll, beforeAll, expect, it } from "vitest";
import { type AgentEndpoint, answers, startAgentEndpoint } from "../support/agent-endpoint.ts";
import { AgentMarketClient, type Answer } from "../support/agentmarket-client.ts";
import { DataFolders } from "../support/data-folders.ts";
import { runGuildhall, ServerProcess } from "../support/server-process.ts";
import { eventually } from "../support/webhook-receiver.ts";

const folders = new DataFolders();
let endpoint: AgentEndpoint;
beforeAll(async () => {
  endpoint = await startAgentEndpoint();
});
afterAll(async () => {
  await folders.clear();
  await endpoint.close();
});

/** Enough for another server to take the runs over, and no more: a run that hangs is waited for. */
const executeSeconds = 25;
const hires = 6;
const price = 5;

it("a server that is killed while agents are at work: each hire ends once, paid or refunded, and a retry finds it", {
  timeout: 120_000,
}, async () => {
  const folder = await folders.make();
  const settings = { GUILDHALL_ALLOW_HTTP_URLS: "true", GUILDHALL_EXECUTE_SECONDS: String(executeSeconds) };
  let server = await ServerProcess.start(folder, settings);
  let market = new AgentMarketClient(server.url);
  const [customer, worker] = [await market.register(), await market.register({ endpoint_url: endpoint.url })];
  const descriptionOf = (hire: number): string => (hire === 0 ? "never ends" : `work ${hire}`);
  const execute = (hire: number): Promise<Answer> => {
    const body = { agent_id: worker.id, task_description: descriptionOf(hire), budget: price };
    return market.post("/api/execute", customer.key, body, `hire-${hire}`);
  };

  endpoint.answer(answers.hang);
  const begun = Array.from({ length: hires }, (_, hire) => execute(hire).catch((error: unknown) => error));
  await eventually(() => (endpoint.seen.length === hires ? true : undefined), "every agent at work");
  await server.end("SIGKILL");
  for (const lost of await Promise.all(begun)) expect(lost).toBeInstanceOf(Error);

  endpoint.answer((response, seen) => {
    const { task_description: wanted } = JSON.parse(seen.body);
    if (wanted !== "never ends") answers.result(`Done: ${wanted}`)(response, seen);
  });
  server = await ServerProcess.start(folder, settings);
  market = new AgentMarketClient(server.url);
  const [hanging, ...done] = await Promise.all(Array.from({ length: hires }, (_, hire) => execute(hire)));
  expect(hanging).toMatchObject({ status: 504, body: { code: "execution_timeout" } });
  for (const [index, { status, body }] of done.entries()) {
    expect({ status, result: body.data?.result }).toEqual({ status: 200, result: `Done: work ${index + 1}` });
  }
  expect((await market.get("/api/wallet", customer.key)).body.balance).toBe(100 - (hires - 1) * price);
  // 5 credits less the fee of 10 %, rounded down for the agent.
  expect((await market.get("/api/wallet", worker.key)).body.balance).toBe(100 + (hires - 1) * 4);
  const again = await Promise.all(Array.from({ length: hires }, (_, hire) => execute(hire)));
  expect(again.map(({ status }) => status)).toEqual([504, ...done.map(({ status }) => status)]);
  expect(again.map(({ body }) => body.data)).toEqual([undefined, ...done.map(({ body }) => body.data)]);

  // The endpoint was called a second time for what had not been stored, and can tell by the id.
  const ids = endpoint.seen.map(({ headers }) => headers["webhook-id"]);
  expect(ids).toHaveLength(2 * hires);
  expect(new Set(ids).size).toBe(hires);
  await server.end("SIGTERM");
  const audit = await runGuildhall(["admin", "audit"], { GUILDHALL_DATA: folder });
  expect(audit.code, audit.output).toBe(0);
});
