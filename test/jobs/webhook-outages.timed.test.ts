import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { disableWebhooks } from "../../src/jobs/disable-webhooks.ts";
import { fanOutWebhooks } from "../../src/jobs/fan-out-webhooks.ts";
import { instantToMs } from "../../src/model/instant.ts";
import { foundOrganization, NativeClient } from "../support/native-client.ts";
import { createTestDatabase } from "../support/test-database.ts";
import { openTestHouse } from "../support/test-house.ts";
import { eventually, type Received } from "../support/webhook-receiver.ts";
import { localHouse, WebhookStage } from "../support/webhook-stage.ts";

let stage: WebhookStage;

beforeAll(async () => {
  stage = await WebhookStage.set();
});
afterAll(() => stage.close());
beforeEach(() => {
  stage.receiver.received.length = 0;
  stage.receiver.behave(() => 200);
});

describe("a receiver that is down", () => {
  it("is sent every message on schedule until it is up again, under one id, signed anew each time", async () => {
    const { key } = await foundOrganization(stage.house);
    const hook = await stage.hookOf(key, { events: ["task.posted"] });
    await stage.receiver.goDown();
    const task = await stage.native.postTask(key);
    const pausesSeconds = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];
    for (const [index, pauseSeconds] of pausesSeconds.entries()) {
      const delivery = await stage.deliveryOf(hook, key, index + 1);
      expect(delivery).toMatchObject({ state: "pending", task_id: task, attempt_count: index + 1 });
      expect(delivery.attempts[0]).toMatchObject({ status: null, fault: "connection_failed", at: stage.clock.now() });
      expect(instantToMs(delivery.next_attempt_at) - instantToMs(stage.clock.now())).toBe(pauseSeconds * 1_000);
      if (index === 1) {
        stage.clock.advanceMinutes((pauseSeconds - 1) / 60);
        await stage.nothingMore();
        expect((await stage.deliveryOf(hook, key, 0)).attempt_count).toBe(index + 1);
        stage.clock.advanceMinutes(1 / 60);
      } else if (index < pausesSeconds.length - 1) stage.clock.advanceMinutes(pauseSeconds / 60);
    }
    // It answers now, but badly, and then well.
    await stage.receiver.comeUp();
    stage.receiver.behave((path) => (path === hook.path ? 500 : 200));
    stage.clock.advanceMinutes(600);
    const [first] = await stage.received(hook.path, 1);
    await stage.verified(first as Received, hook.secret);
    const failed = await stage.deliveryOf(hook, key, 8);
    expect(failed.attempts[0]).toMatchObject({ status: 500, response_body: "answered 500" });
    expect((await stage.native.get(`/v1/webhooks/${hook.id}`, key)).body.webhook.status).toBe("failing");
    stage.receiver.behave(() => 200);
    stage.clock.advanceMinutes(600);
    const [, second] = await stage.received(hook.path, 2);
    await stage.verified(second as Received, hook.secret);
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    expect(second?.headers["webhook-id"]).toBe(failed.id);
    expect(second?.headers["webhook-signature"]).not.toBe(first?.headers["webhook-signature"]);
    expect(second?.body).toBe(first?.body);
    expect(await stage.deliveryOf(hook, key, 9)).toMatchObject({ state: "delivered", next_attempt_at: null });
    expect((await stage.native.get(`/v1/webhooks/${hook.id}`, key)).body.webhook).toMatchObject({
      status: "active",
      failing_since: null,
    });
  });

  it("is sent a message again when its owner asks for it", async () => {
    const { key } = await foundOrganization(stage.house);
    const hook = await stage.hookOf(key, { events: ["task.posted"] });
    await stage.native.postTask(key);
    const { id } = await stage.deliveryOf(hook, key, 1);
    const replayed = await stage.native.post(
      `/v1/webhooks/${hook.id}/deliveries/${id}/replay`,
      key,
      undefined,
      "again-1",
    );
    expect(replayed.body.delivery).toMatchObject({ id, state: "pending" });
    const [first, second] = await stage.received(hook.path, 2);
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    await stage.deliveryOf(hook, key, 2);
    await stage.native.post(`/v1/webhooks/${hook.id}/deliveries/${id}/replay`, key, undefined, "again-1");
    await stage.nothingMore();
    expect(stage.receiver.at(hook.path)).toHaveLength(2);
  });

  it("is told of an event once, though the job that does so may run again", async () => {
    const { key } = await foundOrganization(stage.house);
    const hook = await stage.hookOf(key, { events: ["task.posted"] });
    const task = await stage.native.postTask(key);
    await stage.deliveryOf(hook, key, 1);
    expect(await fanOutWebhooks(stage.jobContext(), { events: [[task, 1]] })).toBe(0);
    expect((await stage.native.get(`/v1/webhooks/${hook.id}/deliveries`, key)).body.data).toHaveLength(1);
  });

  it("for ten days is switched off, and its owner is told", async () => {
    const { key } = await foundOrganization(stage.house);
    const hook = await stage.hookOf(key, { events: ["task.*"] });
    const other = await stage.hookOf(key, { events: ["webhook.disabled"] });
    stage.receiver.behave((path) => (path === hook.path ? 503 : 200));
    await stage.native.postTask(key);
    await stage.deliveryOf(hook, key, 1);
    stage.clock.advanceMinutes(10 * 24 * 60 - 1);
    await disableWebhooks(stage.jobContext(), undefined);
    expect((await stage.native.get(`/v1/webhooks/${hook.id}`, key)).body.webhook.status).toBe("failing");
    stage.clock.advanceMinutes(1);
    await disableWebhooks(stage.jobContext(), undefined);
    expect((await stage.native.get(`/v1/webhooks/${hook.id}`, key)).body.webhook).toMatchObject({
      status: "disabled",
      disabled_reason: "unreachable",
      disabled_at: stage.clock.now(),
    });
    const { body } = await stage.native.get("/v1/notices", key);
    expect(body.data).toMatchObject([
      { type: "webhook.disabled", data: { webhook_id: hook.id, reason: "unreachable" }, created_at: stage.clock.now() },
    ]);
    const [told] = await stage.received(other.path, 1);
    expect(await stage.verified(told as Received, other.secret)).toMatchObject({
      type: "webhook.disabled",
      data: { webhook_id: hook.id },
    });
    // Nothing is sent to it any more, until it is switched on again.
    const before = stage.receiver.at(hook.path).length;
    await stage.native.postTask(key);
    stage.clock.advanceMinutes(600);
    await stage.nothingMore();
    expect(stage.receiver.at(hook.path)).toHaveLength(before);
    stage.receiver.behave(() => 200);
    await stage.native.send("PATCH", `/v1/webhooks/${hook.id}`, { enabled: true }, { key });
    await stage.native.postTask(key);
    await stage.received(hook.path, before + 1);
  });

  it("and says that it is gone for good is switched off at once", async () => {
    const { key } = await foundOrganization(stage.house);
    const hook = await stage.hookOf(key, { events: ["task.posted"] });
    stage.receiver.behave(() => 410);
    await stage.native.postTask(key);
    await eventually(async () => {
      const { webhook } = (await stage.native.get(`/v1/webhooks/${hook.id}`, key)).body;
      return webhook.disabled_reason === "gone" ? true : undefined;
    }, "that it is switched off");
    expect(await stage.deliveryOf(hook, key, 1)).toMatchObject({ state: "failed" });
  });

  it("is sent a ping only once, and is not thought the worse of for it", async () => {
    const { key } = await foundOrganization(stage.house);
    const hook = await stage.hookOf(key);
    stage.receiver.behave(() => 500);
    await stage.native.post(`/v1/webhooks/${hook.id}/test`, key);
    expect(await stage.deliveryOf(hook, key, 1)).toMatchObject({ state: "failed", next_attempt_at: null });
    expect((await stage.native.get(`/v1/webhooks/${hook.id}`, key)).body.webhook.status).toBe("active");
  });
});

describe("receivers that hang", () => {
  it("delay one that answers by less than a second", async () => {
    const { key } = await foundOrganization(stage.house);
    const healthy = await stage.hookOf(key, { events: ["task.posted"] });
    await Promise.all(Array.from({ length: 20 }, () => stage.hookOf(key, { events: ["task.posted"] })));
    stage.receiver.behave((path) => (path === healthy.path ? 200 : "hang"));
    for (let tasks = 1; tasks <= 10; tasks++) {
      await stage.native.postTask(key);
      const postedMs = performance.now();
      const [newest] = (await stage.received(healthy.path, tasks)).slice(-1);
      expect((newest?.atMs ?? Number.NaN) - postedMs).toBeLessThan(1_000);
    }
  });
});

it("a webhook is sent by another server, under the same id, when the one that was sending it has gone", async () => {
  const database = await createTestDatabase();
  const first = await openTestHouse({ database, config: localHouse, clock: stage.clock.now, takesJobs: true });
  const { key } = await foundOrganization(first);
  const client = new NativeClient(first.url);
  await client.post("/v1/webhooks", key, { url: stage.receiver.url("/taken-over") });
  stage.receiver.behave(() => "hang");
  await client.postTask(key);
  await stage.received("/taken-over", 1);
  const closingMs = performance.now();
  await first.close();
  expect(performance.now() - closingMs).toBeLessThan(3_000);
  stage.receiver.behave(() => 200);
  const second = await openTestHouse({ database, config: localHouse, clock: stage.clock.now, takesJobs: true });
  await stage.nothingMore();
  expect(stage.receiver.at("/taken-over")).toHaveLength(1);
  stage.clock.advanceMinutes(0.5);
  const [lost, again] = await stage.received("/taken-over", 2);
  expect(again?.headers["webhook-id"]).toBe(lost?.headers["webhook-id"]);
  await second.close();
  await database.drop();
});
