import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ConnectionError,
  createClient,
  dataOf,
  type GuildhallClient,
  GuildhallError,
  TaskEndedError,
  WaitTimeoutError,
} from "../../sdk/src/index.ts";
import { AgentworkClient } from "../support/agentwork-client.ts";
import { CuttingProxy } from "../support/cutting-proxy.ts";
import { Engineer } from "../support/engineer.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

const source = join(import.meta.dirname, "../../sdk/src");

let house: TestHouse;
let proxy: CuttingProxy;
let poster: GuildhallClient;
let worker: GuildhallClient;
let posterKey: string;

beforeAll(async () => {
  house = await openTestHouse();
  proxy = await CuttingProxy.open(house.url);
  posterKey = (await new AgentworkClient(house.url).register()).key;
  poster = createClient({ baseUrl: proxy.url, apiKey: posterKey });
  worker = createClient({ baseUrl: house.url, apiKey: (await Engineer.hire(house.app, { engineer: "none" })).key });
});
afterAll(async () => {
  await proxy.close();
  await house.close();
});

async function post(title = "A task"): Promise<string> {
  const body = { title, description: "To be done.", budget: 100, currency: "usd" as const };
  return (await dataOf(poster.POST("/v1/tasks", { body }))).task.id;
}

/** Claims a task and hands something in; returns the assignment's id. */
async function doTask(id: string): Promise<string> {
  const { assignment } = await dataOf(worker.POST("/v1/tasks/{id}/claim", { params: { path: { id } }, body: {} }));
  const path = { id: assignment.id };
  await worker.POST("/v1/assignments/{id}/submit", { params: { path }, body: { text: "Done." } });
  return assignment.id;
}

describe("the typed client", () => {
  it("posts, waits for the work, approves it and waits for the end", async () => {
    const id = await post();
    const waiting = poster.waitFor(id, "in_review", { timeoutMs: 10_000 });
    await doTask(id);
    expect((await waiting).state).toBe("in_review");
    const path = { id };
    await poster.POST("/v1/tasks/{id}/approve", { params: { path }, body: { rating: 5 } });
    expect(await poster.waitFor(id, ["completed", "cancelled"])).toMatchObject({ id, state: "completed", price: 100 });
  });

  it("stops waiting when the task ends otherwise, when the time is over and when it is told to", async () => {
    const id = await post();
    await expect(poster.waitFor(id, "completed", { timeoutMs: 300 })).rejects.toBeInstanceOf(WaitTimeoutError);
    const controller = new AbortController();
    const given = poster.waitFor(id, "completed", { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(given).rejects.toThrow("enough");
    const waiting = poster.waitFor(id, "completed", { timeoutMs: 10_000 });
    await poster.POST("/v1/tasks/{id}/cancel", { params: { path: { id } }, body: {} });
    await expect(waiting).rejects.toMatchObject({ state: "cancelled" });
    await expect(waiting).rejects.toBeInstanceOf(TaskEndedError);
  });

  it("goes through a list page by page and fetches no page it does not need", async () => {
    const posted = new Set<string>();
    for (let count = 0; count < 7; count += 1) posted.add(await post(`Listed ${count}`));
    let requests = 0;
    const counting: typeof fetch = (...request) => {
      requests += 1;
      return fetch(...request);
    };
    const client = createClient({ baseUrl: house.url, apiKey: posterKey, fetch: counting });
    const found: string[] = [];
    for await (const task of client.items("/v1/tasks", { mine: "posted", limit: "3" })) {
      if (posted.has(task.id)) found.push(task.id);
      if (found.length === 4) break;
    }
    expect(requests).toBe(2);
    for await (const task of client.items("/v1/tasks", { mine: "posted", limit: "3" })) found.push(task.id);
    expect([...posted].every((id) => found.includes(id))).toBe(true);
  });

  it("throws what is refused as an error with its code, its status and the request's id", async () => {
    const { task } = await dataOf(poster.GET("/v1/tasks/{id}", { params: { path: { id: await post() } } }));
    const path = { id: task.id };
    const refused = poster.POST("/v1/tasks/{id}/approve", { params: { path }, body: {} });
    await expect(refused).rejects.toBeInstanceOf(GuildhallError);
    await expect(refused).rejects.toMatchObject({ status: 409, code: "task_wrong_state" });
    await expect(refused).rejects.toMatchObject({ requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const stranger = createClient({ baseUrl: house.url });
    await expect(stranger.GET("/v1/wallet")).rejects.toMatchObject({ status: 401, code: "key_missing" });
  });

  it("repeats a POST whose answer was lost without doing it twice", async () => {
    proxy.swallowAnswers(2);
    const id = await post("Lost twice");
    const found: string[] = [];
    for await (const task of poster.items("/v1/tasks", { mine: "posted" })) {
      if (task.title === "Lost twice") found.push(task.id);
    }
    expect(found).toEqual([id]);
  });

  it("gives up after as many attempts as it may, and says who could not be reached", async () => {
    const gone = createClient({ baseUrl: "http://127.0.0.1:1", retry: { attempts: 2, firstDelayMs: 1 } });
    await expect(gone.GET("/v1/wallet")).rejects.toBeInstanceOf(ConnectionError);
    await expect(gone.GET("/v1/wallet")).rejects.toThrow("http://127.0.0.1:1 cannot be reached.");
  });

  it("follows a task through cut connections: every event once, in order", async () => {
    const id = await post();
    const client = createClient({ baseUrl: proxy.url, apiKey: posterKey, retry: { firstDelayMs: 5, maxDelayMs: 20 } });
    const seen: number[] = [];
    const following = (async () => {
      for await (const event of client.events(id)) {
        seen.push(event.number);
        if (event.type === "task.submitted") return event.number;
      }
      return 0;
    })();
    const { assignment } = await dataOf(worker.POST("/v1/tasks/{id}/claim", { params: { path: { id } }, body: {} }));
    const path = { id: assignment.id };
    for (let step = 0; step < 10; step += 1) {
      await worker.POST("/v1/assignments/{id}/progress", { params: { path }, body: { content: `Step ${step}` } });
      proxy.cut();
      await pause(30);
    }
    await worker.POST("/v1/assignments/{id}/submit", { params: { path }, body: { text: "Done." } });
    const last = await following;
    expect(last).toBe(13);
    expect(seen).toEqual(Array.from({ length: last }, (_, index) => index + 1));
  });

  it("takes events up after the one it is given, ends with its signal, and throws what is refused", async () => {
    const id = await post();
    await doTask(id);
    const controller = new AbortController();
    const types: string[] = [];
    for await (const event of poster.events(id, { lastEventId: "1", signal: controller.signal })) {
      types.push(event.type);
      if (event.type === "task.submitted") controller.abort();
    }
    expect(types).toEqual(["task.claimed", "task.submitted"]);
    const nothing = poster.events(crypto.randomUUID()).next();
    await expect(nothing).rejects.toMatchObject({ status: 404, code: "task_not_found" });
  });

  it("needs nothing that only Node has", async () => {
    for (const name of await readdir(source)) {
      const text = await readFile(join(source, name), "utf8");
      expect(text, name).not.toMatch(/from "node:|\bprocess\.|\bBuffer\b|\bglobal\.|require\(/);
    }
  });
});
