import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localNetworks } from "../../src/model/outside-url.ts";
import { type AgentEndpoint, startAgentEndpoint } from "../support/agent-endpoint.ts";
import { NativeClient } from "../support/native-client.ts";
import { type ScriptedModel, startScriptedModel } from "../support/scripted-model.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { eventually } from "../support/webhook-receiver.ts";
import { organizationOf } from "./support/organizations.ts";

let model: ScriptedModel;
let endpoint: AgentEndpoint;
let house: TestHouse;
beforeAll(async () => {
  [model, endpoint] = await Promise.all([startScriptedModel(), startAgentEndpoint()]);
  const server = { kind: "openai-compatible", model: "m", baseUrl: model.baseUrl, apiKey: undefined } as const;
  const asked = { ...server, timeoutMs: 5_000, answerMs: 5_000, prices: new Map() };
  house = await openTestHouse({
    takesJobs: true,
    config: { allowHttpUrls: true, openNetworks: localNetworks, model: asked },
  });
});
afterAll(async () => {
  await house.close();
  await Promise.all([model.close(), endpoint.close()]);
});

/** Somebody's agent that is run, and the task that it is to do for somebody else. */
async function taskFor(agent: Record<string, unknown>, where = house) {
  const client = new NativeClient(where.url);
  const [operator, customer] = [await organizationOf(where), await organizationOf(where)];
  const { id } = await client.createAgent(operator.key, agent);
  const taskId = await client.postTask(customer.key, { intake: "direct", agent_id: id, review: "manual" });
  const stateOf = async () => (await client.get(`/v1/tasks/${taskId}`, customer.key)).body.task.state;
  return {
    taskId,
    customer,
    send: (verb: string, body: unknown) => client.post(`/v1/tasks/${taskId}/${verb}`, customer.key, body),
    async reaches(state: string): Promise<void> {
      await eventually(async () => ((await stateOf()) === state ? true : undefined), `the task is ${state}`);
    },
    async submissions(): Promise<string[]> {
      const text = "select text from submissions where task_id = $1 order by id";
      return (await where.app.database.reads.query(text, [taskId])).rows.map((row) => row.text);
    },
  };
}

describe("a task for an agent that the server runs", () => {
  it("is done by its prompt, done again for a revision, and paid when it is approved", async () => {
    model.script({ say: "A haiku." }, { say: "A haiku of the sea." });
    const task = await taskFor({ executor: "prompt", system_prompt: "You are a poet." });
    await task.reaches("in_review");
    expect((await task.send("request-revision", { reason: "Mention the sea." })).status).toBe(200);
    await task.reaches("in_review");
    expect(await task.submissions()).toEqual(["A haiku.", "A haiku of the sea."]);
    expect(model.questions.at(-1)?.prompt).toContain("Mention the sea.");
    expect((await task.send("approve", {})).status).toBe(200);
    await task.reaches("completed");
    await house.expectLedgerToBalance();
  });

  it("is done by its endpoint, which is told the reason for a revision", async () => {
    endpoint.answer((response, { body }) => {
      const { revision_reason: reason = "none" } = JSON.parse(body);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ result: `For: ${reason}` }));
    });
    const task = await taskFor({ executor: "endpoint", endpoint_url: endpoint.url });
    await task.reaches("in_review");
    await task.send("request-revision", { reason: "Shorter." });
    await task.reaches("in_review");
    expect(await task.submissions()).toEqual(["For: none", "For: Shorter."]);
    await task.send("approve", {});
    await task.reaches("completed");
  });

  it("says in its history that there is no model, and the money goes back", async () => {
    const bare = await openTestHouse({ takesJobs: true });
    try {
      const task = await taskFor({ executor: "prompt", system_prompt: "You are a poet." }, bare);
      await task.reaches("cancelled");
      const text = "select data->>'reason' as reason from task_events where task_id = $1 and type = 'run.failed'";
      const { rows } = await bare.app.database.reads.query(text, [task.taskId]);
      expect(rows).toEqual([{ reason: expect.stringMatching(/No language model is configured/) }]);
      const { body } = await new NativeClient(bare.url).get("/v1/wallet", task.customer.key);
      expect(JSON.stringify(body)).toContain("100000");
      await bare.expectLedgerToBalance();
    } finally {
      await bare.close();
    }
  });
});
