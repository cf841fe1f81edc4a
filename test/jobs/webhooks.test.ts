import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { forgetWebhooks } from "../../src/jobs/forget-webhooks.ts";
import { instantToMs } from "../../src/model/instant.ts";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { foundOrganization, type Member } from "../support/native-client.ts";
import type { Received } from "../support/webhook-receiver.ts";
import { WebhookStage } from "../support/webhook-stage.ts";

let stage: WebhookStage;

beforeAll(async () => {
  stage = await WebhookStage.set();
});
afterAll(() => stage.close());
beforeEach(() => {
  stage.receiver.received.length = 0;
  stage.receiver.behave(() => 200);
});

describe("a party's webhook", () => {
  it("tells the poster, the worker and the worker's operator of a task, each of what is theirs, once", async () => {
    const [poster, operator, stranger] = await Promise.all([1, 2, 3].map(() => foundOrganization(stage.house)));
    const [posterKey, operatorKey] = [poster?.key ?? "", operator?.key ?? ""];
    const worker = await stage.native.createAgent(operatorKey);
    const atPoster = await stage.hookOf(posterKey);
    const atWorker = await stage.hookOf(worker.key);
    const atOperator = await stage.hookOf(operatorKey, { events: ["task.claimed"] });
    const atStranger = await stage.hookOf(stranger?.key ?? "");
    const task = await stage.native.postTask(posterKey);
    const claimed = await stage.native.post(`/v1/tasks/${task}/claim`, worker.key);
    const assignment = claimed.body.assignment.id;
    await stage.native.post(`/v1/assignments/${assignment}/progress`, worker.key, { content: "Half way." });
    await stage.native.post(`/v1/assignments/${assignment}/release`, worker.key, { reason: "Too hard." });
    await stage.native.post(`/v1/tasks/${task}/cancel`, posterKey);

    const types = (requests: Received[]): string[] => requests.map(({ body }) => JSON.parse(body).type).sort();
    const all = ["progress.logged", "task.cancelled", "task.claimed", "task.posted", "task.released"];
    expect(types(await stage.received(atPoster.path, 5))).toEqual(all);
    await stage.nothingMore();
    expect(types(stage.receiver.at(atPoster.path))).toEqual(all);
    // Not what came before its time and after.
    expect(types(stage.receiver.at(atWorker.path))).toEqual(["progress.logged", "task.claimed", "task.released"]);
    expect(types(stage.receiver.at(atOperator.path))).toEqual(["task.claimed"]);
    expect(stage.receiver.at(atStranger.path)).toEqual([]);
    expect(await stage.verified(stage.receiver.at(atOperator.path)[0] as Received, atOperator.secret)).toEqual({
      type: "task.claimed",
      timestamp: stage.clock.now(),
      data: {
        task_id: task,
        number: 2,
        type: "task.claimed",
        actor_id: worker.id,
        at: stage.clock.now(),
        data: expect.objectContaining({ worker_id: worker.id }),
      },
    });
  });

  it("is verified by the standardwebhooks package, and by nobody with another secret", async () => {
    const { key } = await foundOrganization(stage.house);
    const hook = await stage.hookOf(key);
    expect((await stage.native.post(`/v1/webhooks/${hook.id}/test`, key)).status).toBe(201);
    const [ping] = await stage.received(hook.path, 1);
    const { body, headers } = ping as Received;
    const now = Date.now;
    Date.now = () => instantToMs(stage.clock.now());
    try {
      const standard = new Webhook(hook.secret);
      expect(standard.verify(body, headers as Record<string, string>)).toMatchObject({ type: "webhook.test" });
      const another = new Webhook(`whsec_${Buffer.alloc(32).toString("base64")}`);
      expect(() => another.verify(body, headers as Record<string, string>)).toThrow();
    } finally {
      Date.now = now;
    }
    expect((await stage.deliveryOf(hook, key, 1)).attempts[0]).toMatchObject({
      number: 1,
      status: 200,
      fault: null,
      response_headers: { "x-receiver": "test" },
      response_body: "answered 200",
    });
  });

  it("is signed with both secrets while one replaces the other, and then with the new one alone", async () => {
    const { key } = await foundOrganization(stage.house);
    const hook = await stage.hookOf(key);
    const rotated = await stage.native.post(`/v1/webhooks/${hook.id}/rotate-secret`, key, { overlap_hours: 2 });
    expect(rotated.status).toBe(200);
    const { secret: newSecret } = rotated.body;
    expect(newSecret).not.toBe(hook.secret);
    await stage.native.post(`/v1/webhooks/${hook.id}/test`, key);
    const [during] = await stage.received(hook.path, 1);
    await stage.verified(during as Received, hook.secret);
    await stage.verified(during as Received, newSecret);
    stage.clock.advanceMinutes(121);
    await stage.native.post(`/v1/webhooks/${hook.id}/test`, key);
    const [, after] = await stage.received(hook.path, 2);
    await stage.verified(after as Received, newSecret);
    await expect(stage.verified(after as Received, hook.secret)).rejects.toThrow();
  });
});

describe("an agent of AgentMarket", () => {
  let market: AgentMarketClient;

  beforeAll(() => {
    market = new AgentMarketClient(stage.house.url);
  });

  function verifySignature(body: string, secret: string, signatureHeader: unknown): boolean {
    // biome-ignore lint/style/useTemplate: the document's own code, as printed
    const expected = "sha256=" + createHmac("sha256", secret).update(body).digest("hex");
    return expected === signatureHeader;
  }

  async function agentAt(path: string, capabilities: readonly string[]): Promise<Member & { secret: string }> {
    const { body } = await market.post("/api/agents/register", undefined, {
      name: "Agent",
      capabilities,
      owner_email: `${crypto.randomUUID()}@example.com`,
      webhook_url: stage.receiver.url(path),
    });
    return { id: body.data.id, key: body.data.api_key, secret: body.data.webhook_secret };
  }

  const task = {
    title: "Summarize this research paper",
    description: "Full text…",
    budget: 25,
    required_capabilities: ["research", "summarization"],
  };

  it("is told of a task that it could do, as the document says, and no other is", async () => {
    const poster = await agentAt("/poster", ["research"]);
    const agent = await agentAt("/agent", ["research", "cooking"]);
    await agentAt("/other", ["cooking"]);
    const { body: posted } = await market.post("/api/tasks", poster.key, task);
    const [webhook] = await stage.received("/agent", 1);
    const { body, headers } = webhook as Received;
    expect(JSON.parse(body)).toEqual({
      event: "task.posted",
      task: { id: posted.data.id, ...task, created_at: stage.clock.now().replace(".000Z", "Z") },
      marketplace_url: stage.house.url,
    });
    expect(headers).toMatchObject({ "content-type": "application/json", "x-agentmarket-event": "task.posted" });
    expect(verifySignature(body, agent.secret, headers["x-agentmarket-signature"])).toBe(true);
    expect(verifySignature(body, poster.secret, headers["x-agentmarket-signature"])).toBe(false);
    expect(await stage.verified(webhook as Received, agent.secret)).toMatchObject({ event: "task.posted" });
    await stage.nothingMore();
    expect(stage.receiver.received.map(({ path }) => path)).toEqual(["/agent"]);
  });

  it("is told once, also when the task comes back to the board, and no more when it took its webhook away", async () => {
    const poster = await market.register();
    const agent = await agentAt("/told", ["telling"]);
    const { body } = await market.post("/api/tasks", poster.key, { ...task, required_capabilities: ["telling"] });
    await stage.received("/told", 1);
    const claimed = await stage.native.post(`/v1/tasks/${body.data.id}/claim`, agent.key);
    await stage.native.post(`/v1/assignments/${claimed.body.assignment.id}/release`, agent.key);
    await market.send("PUT", "/api/agents/me/webhook", { webhook_url: null }, { key: agent.key });
    await market.post("/api/tasks", poster.key, { ...task, required_capabilities: ["telling"] });
    await stage.nothingMore();
    expect(stage.receiver.at("/told")).toHaveLength(1);
  });
});

it("forgets what was sent a month ago, and not what still waits", async () => {
  const { key } = await foundOrganization(stage.house);
  const hook = await stage.hookOf(key, { events: ["task.posted"] });
  await stage.native.postTask(key);
  await stage.deliveryOf(hook, key, 1);
  stage.clock.advanceDays(29);
  await forgetWebhooks(stage.jobContext());
  await stage.deliveryOf(hook, key, 1);
  stage.clock.advanceDays(2);
  await forgetWebhooks(stage.jobContext());
  expect((await stage.native.get(`/v1/webhooks/${hook.id}/deliveries`, key)).body.data).toEqual([]);
});
