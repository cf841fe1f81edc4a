import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Executors, RunSession } from "../../src/runner/executor.ts";
import { CompetitionClient } from "../support/competition-client.ts";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

const missing = { unavailable: "Not on this server." };
/** Let go by the tests, one run at a time. */
const held = new Map<string, () => void>();

const executors: Executors = {
  async prompt(session) {
    const secret = { instructions: session.brief.agent.systemPrompt };
    await session.step({ kind: "model", name: "answer", input: secret }, async () => ({
      output: { text: "Thought." },
      inputTokens: 7,
      outputTokens: 3,
      costMicros: 12,
    }));
    await waitForLeave(session);
    await session.deliver({ text: "Done.", files: [] });
  },
  endpoint: missing,
  engineer: missing,
  command: missing,
  a2a: missing,
};

function waitForLeave(session: RunSession): Promise<string> {
  return session.step({ kind: "tool", name: "wait", input: null }, async (signal) => {
    if (session.brief.task.description === "At once.") return { output: "left" };
    await new Promise<void>((resolve, reject) => {
      held.set(session.brief.task.id, resolve);
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    return { output: "left" };
  });
}

let house: TestHouse;
let market: NativeClient;
let poster: Member;
let operator: Member;
let agent: Member;
let admin: Member;

beforeAll(async () => {
  house = await openTestHouse({ takesJobs: true, executors });
  market = new NativeClient(house.url);
  poster = await foundOrganization(house);
  operator = await foundOrganization(house);
  agent = await market.createAgent(operator.key, { executor: "prompt", system_prompt: "Private manner." });
  ({ admin } = await CompetitionClient.open(house));
});
afterAll(() => house.close());

async function runOf(taskId: string): Promise<{ id: string; state: string } | undefined> {
  return (await market.get(`/v1/runs?task_id=${taskId}`, poster.key)).body.data[0];
}

async function aTask(description = "At once."): Promise<string> {
  return market.postTask(poster.key, { intake: "direct", agent_id: agent.id, description, review: "auto" });
}

describe("agents that the server runs", () => {
  it("are given what is posted for them, and their runs are seen by operator, poster and admin", async () => {
    const taskId = await aTask();
    await expect.poll(async () => (await runOf(taskId))?.state, { timeout: 8_000 }).toBe("succeeded");
    const { id } = (await runOf(taskId)) ?? expect.fail("There is no run.");
    for (const { key } of [operator, agent, poster, admin]) {
      const { status, body } = await market.get(`/v1/runs/${id}`, key);
      expect(status).toBe(200);
      expect(body.run).toMatchObject({ task_id: taskId, executor: "prompt", step_count: 3, cost_micros: 12 });
    }
    const { body: mine } = await market.get("/v1/runs?state=succeeded", operator.key);
    expect(mine.data.map((run: { id: string }) => run.id)).toContain(id);
    expect((await market.get("/v1/runs", poster.key)).body.data).toEqual([]);
    expect((await market.get("/v1/runs", admin.key)).body.data).not.toEqual([]);
    const { body: task } = await market.get(`/v1/tasks/${taskId}`, poster.key);
    expect(task.task.state).toBe("completed");
  });

  it("show their poster what they did, page by page, but not how they are made", async () => {
    const taskId = await aTask();
    await expect.poll(async () => (await runOf(taskId))?.state, { timeout: 8_000 }).toBe("succeeded");
    const { id } = (await runOf(taskId)) ?? expect.fail("There is no run.");
    const { body: first } = await market.get(`/v1/runs/${id}/steps?limit=2`, poster.key);
    expect(first.data.map(({ number, name }: { number: number; name: string }) => [number, name])).toEqual([
      [1, "answer"],
      [2, "wait"],
    ]);
    expect(first.data[0]).toMatchObject({ input: null, output: { text: "Thought." }, input_tokens: 7 });
    const { body: rest } = await market.get(`/v1/runs/${id}/steps?cursor=${first.next_cursor}`, poster.key);
    expect(rest).toMatchObject({ data: [{ number: 3, kind: "delivery" }], next_cursor: null });
    const { body: all } = await market.get(`/v1/runs/${id}/steps`, operator.key);
    expect(all.data[0].input).toEqual({ instructions: "Private manner." });
    expect((await market.get(`/v1/runs/${id}/steps?cursor=x`, poster.key)).status).toBe(400);
  });

  it("are followed live, and their streams end with them and can be replayed", async () => {
    const taskId = await aTask("Wait.");
    await expect.poll(() => held.has(taskId), { timeout: 8_000 }).toBe(true);
    const { id } = (await runOf(taskId)) ?? expect.fail("There is no run.");
    const live = market.get(`/v1/runs/${id}/events`, poster.key);
    held.get(taskId)?.();
    const text: string = (await live).body;
    expect(text).toMatch(/id: 1\nevent: step\ndata: \{"number":1,"kind":"model"/);
    expect(text).toContain("id: 3\nevent: step");
    expect(text.trimEnd().split("\n").at(-1)).toContain('"state":"succeeded"');
    const { body: replayed } = await market.get(`/v1/runs/${id}/events`, poster.key, { "Last-Event-ID": "2" });
    expect(replayed).not.toContain("id: 2\n");
    expect(replayed).toContain("id: 3\n");
  });

  it("are cancelled by their operator, and the poster has the money back", async () => {
    const taskId = await aTask("Wait.");
    await expect.poll(() => held.has(taskId), { timeout: 8_000 }).toBe(true);
    const { id } = (await runOf(taskId)) ?? expect.fail("There is no run.");
    const path = `/v1/runs/${id}/cancel`;
    expect((await market.post(path, poster.key)).status).toBe(403);
    expect((await market.post(path, operator.key)).body.run.state).toBe("cancelled");
    expect((await market.post(path, operator.key)).body.code).toBe("run_ended");
    const { body } = await market.get(`/v1/tasks/${taskId}`, poster.key);
    expect(body.task.state).toBe("cancelled");
    await house.expectLedgerToBalance();
  });

  it("say plainly where they cannot be run", async () => {
    const other = await market.createAgent(operator.key, { executor: "engineer" });
    const { body } = await market.get(`/v1/agents/${other.id}`, operator.key);
    expect(body.agent).toMatchObject({ executor: "engineer", executor_problem: "Not on this server." });
    expect((await market.get(`/v1/agents/${other.id}`, poster.key)).body.agent.executor).toBeUndefined();
    expect((await market.get("/readyz")).body.unusable_executors).toMatchObject({ engineer: "Not on this server." });
    const taskId = await market.postTask(poster.key, { intake: "direct", agent_id: other.id });
    await expect.poll(async () => (await runOf(taskId))?.state, { timeout: 8_000 }).toBe("failed");
    const { body: history } = await market.get(`/v1/tasks/${taskId}/events`, poster.key);
    expect(history.data).toContainEqual(
      expect.objectContaining({ type: "run.failed", data: expect.objectContaining({ reason: "Not on this server." }) }),
    );
  });

  it("are set by their operator alone, and a program of the machine or its network by administrators", async () => {
    const path = `/v1/agents/${agent.id}`;
    const change = (key: string, body: unknown) => market.send("PATCH", path, body, { key });
    expect((await change(agent.key, { run_limits: { steps: 5 } })).status).toBe(403);
    const program = { executor: "command", executor_settings: { command: ["true"] } };
    expect((await change(operator.key, program)).status).toBe(403);
    expect((await change(admin.key, { executor: "command" })).status).toBe(400);
    const reaching = (host: string) => ({ executor_settings: { network: [host] } });
    expect((await change(operator.key, reaching("tools.example.com"))).status).toBe(403);
    for (const host of ["127.0.0.1", "*", "https://example.com", "example.com/x", "[::1]", "localhost"]) {
      expect((await change(admin.key, reaching(host))).status, host).toBe(400);
    }
    const reached = await change(admin.key, reaching("*.example.com:8443"));
    expect(reached.body.agent.executor_settings).toEqual({ network: ["*.example.com:8443"] });
    const limited = await change(operator.key, { run_limits: { steps: 5, work_seconds: 60 } });
    expect(limited.body.agent.run_limits).toEqual({ steps: 5, work_seconds: 60 });
    const taskId = await aTask();
    await expect.poll(async () => (await runOf(taskId))?.state, { timeout: 8_000 }).toBe("succeeded");
    expect(await runOf(taskId)).toMatchObject({ limits: { steps: 5, work_seconds: 60, tokens: 5_000_000 } });
  });
});
