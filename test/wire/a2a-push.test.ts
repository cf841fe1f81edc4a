import { type TaskPushNotificationConfig, TaskState } from "@a2a-js/sdk";
import type { Client } from "@a2a-js/sdk/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectA2a, saying, send } from "../support/a2a-client.ts";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { WebhookReceiver } from "../support/webhook-receiver.ts";
import { localHouse } from "../support/webhook-stage.ts";

let house: TestHouse;
let market: NativeClient;
let receiver: WebhookReceiver;
let poster: Member;
let agent: Member;
let client: Client;

beforeAll(async () => {
  house = await openTestHouse({ takesJobs: true, config: localHouse });
  receiver = await WebhookReceiver.start();
  market = new NativeClient(house.url);
  poster = await foundOrganization(house);
  agent = await market.createAgent((await foundOrganization(house)).key);
  client = await connectA2a(`${house.url}/a2a/agents/${agent.id}`, poster.key);
});
afterAll(async () => {
  await house.close();
  await receiver.goDown();
});

const inUsd = { metadata: { "urn:guildhall:a2a:terms": { budget: 500, currency: "usd" } } };
const configOf = (fields: Partial<TaskPushNotificationConfig>): TaskPushNotificationConfig => ({
  tenant: "",
  id: "",
  taskId: "",
  url: receiver.url("/push"),
  token: "",
  authentication: undefined,
  ...fields,
});

it("tells whoever asked for it how the task goes, with the token and credentials they gave", async () => {
  const request = saying("Tell me.", inUsd);
  if (request.configuration !== undefined) {
    request.configuration.taskPushNotificationConfig = configOf({
      id: "mine",
      token: "t0ken",
      authentication: { scheme: "Bearer", credentials: "secret" },
    });
  }
  const task = await client.sendMessage(request);
  if ("messageId" in task) throw new Error("The answer is no task.");
  const { body } = await market.post(`/v1/tasks/${task.id}/claim`, agent.key);
  await market.post(`/v1/assignments/${body.assignment.id}/submit`, agent.key, { text: "Done." });
  await expect
    .poll(() => receiver.at("/push").map(({ body: sent }) => JSON.parse(sent).task.status.state), { timeout: 10_000 })
    .toContain("TASK_STATE_INPUT_REQUIRED");
  const last = receiver.at("/push").at(-1);
  expect(last?.headers).toMatchObject({
    "x-a2a-notification-token": "t0ken",
    authorization: "Bearer secret",
    "content-type": "application/a2a+json",
  });
  expect(JSON.parse(last?.body ?? "").task).toMatchObject({ id: task.id, artifacts: [{ parts: [{ text: "Done." }] }] });
});

it("sends what was stored before tokens were sealed, seals what is set anew, and sends nothing it cannot open", async () => {
  const { reads } = house.app.database;
  const { id: taskId } = await send(client, "Old ones.", inUsd);
  const authentication = { scheme: "Bearer", credentials: "secret" };
  const setAt = (id: string) =>
    client.createTaskPushNotificationConfig(
      configOf({ taskId, id, url: receiver.url(`/${id}`), token: "t0ken", authentication }),
    );
  for (const id of ["plain", "again", "tampered"]) await setAt(id);
  const store = (id: string, token: string) =>
    reads.query(
      `update webhook_endpoints set push = (push::jsonb || jsonb_build_object('token', $3::text))::json
       where task_id = $1 and push ->> 'configId' = $2`,
      [taskId, id, token],
    );
  const stored = async (id: string): Promise<string> => {
    const { rows } = await reads.query(
      "select push ->> 'token' as token from webhook_endpoints where task_id = $1 and push ->> 'configId' = $2",
      [taskId, id],
    );
    return rows[0].token;
  };
  await store("plain", "0ld token");
  await store("again", "0ld token");
  await setAt("again");
  // Sealed for another config.
  await store("tampered", await stored("again"));
  expect(await stored("again")).toMatch(/^sealed:1:/);

  const { body } = await market.post(`/v1/tasks/${taskId}/claim`, agent.key);
  await market.post(`/v1/assignments/${body.assignment.id}/submit`, agent.key, { text: "Done." });
  const tokens = () => ["/plain", "/again"].map((at) => receiver.at(at)[0]?.headers["x-a2a-notification-token"]);
  await expect.poll(tokens, { timeout: 10_000 }).toEqual(["0ld token", "t0ken"]);
  const faults = async () => {
    const { rows } = await reads.query("select distinct fault from webhook_attempts where url = $1", [
      receiver.url("/tampered"),
    ]);
    return rows;
  };
  await expect.poll(faults, { timeout: 10_000 }).toEqual([{ fault: "secret_unreadable" }]);
  expect(receiver.at("/tampered")).toEqual([]);
  const shown = await client.listTaskPushNotificationConfig({ tenant: "", taskId, pageSize: 0, pageToken: "" });
  expect(shown.configs.map(({ id, token }) => [id, token])).toEqual([
    ["again", "t0ken"],
    ["plain", "0ld token"],
    ["tampered", ""],
  ]);
});

it("keeps several for a task, shows them without their credentials, and forgets them", async () => {
  const { id: taskId } = await send(client, "Several.", inUsd);
  const authentication = { scheme: "Bearer", credentials: "secret" };
  await client.createTaskPushNotificationConfig(configOf({ taskId, id: "a", authentication }));
  await client.createTaskPushNotificationConfig(configOf({ taskId, id: "a", url: receiver.url("/a") }));
  await client.createTaskPushNotificationConfig(configOf({ taskId, id: "b", authentication }));
  const wanted = { tenant: "", taskId, pageSize: 0, pageToken: "" };
  const { configs } = await client.listTaskPushNotificationConfig(wanted);
  expect(configs.map(({ id, url }) => [id, url])).toEqual([
    ["a", receiver.url("/a")],
    ["b", receiver.url("/push")],
  ]);
  expect(JSON.stringify(configs)).not.toContain("secret");
  expect((await client.getTaskPushNotificationConfig({ tenant: "", taskId, id: "b" })).id).toBe("b");
  await client.deleteTaskPushNotificationConfig({ tenant: "", taskId, id: "b" });
  await expect(client.getTaskPushNotificationConfig({ tenant: "", taskId, id: "b" })).rejects.toThrow(/No such/);
  const hooks = await market.get("/v1/webhooks", poster.key);
  expect(hooks.body.data).toEqual([]);
});

it("refuses addresses that may not be called, and begins no task for them", async () => {
  const before = await count();
  for (const url of ["http://user:secret@example.com/", "ftp://example.com", "nonsense"]) {
    const request = saying("Nothing.", inUsd);
    if (request.configuration !== undefined) request.configuration.taskPushNotificationConfig = configOf({ url });
    await expect(client.sendMessage(request), url).rejects.toThrow();
  }
  expect(await count()).toBe(before);
});

it("tells nobody of tasks of others", async () => {
  const { id: taskId } = await send(client, "Mine.", inUsd);
  const stranger = await connectA2a(`${house.url}/a2a/agents/${agent.id}`, (await foundOrganization(house)).key);
  await expect(stranger.createTaskPushNotificationConfig(configOf({ taskId, id: "x" }))).rejects.toThrow(/not found/i);
  expect(await client.getTask({ tenant: "", id: taskId })).toMatchObject({
    status: { state: TaskState.TASK_STATE_SUBMITTED },
  });
});

async function count(): Promise<number> {
  const { rows } = await house.app.database.reads.query("select count(*)::int as count from tasks");
  return rows[0].count;
}
