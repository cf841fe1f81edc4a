import http from "node:http";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EventReader, foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let database: TestDatabase;
let house: TestHouse;
let market: NativeClient;
let poster: Member;
let worker: Member;
let stranger: Member;

beforeAll(async () => {
  database = await createTestDatabase();
  house = await openTestHouse({ database });
  market = new NativeClient(house.url);
  poster = await foundOrganization(house);
  const operator = await foundOrganization(house);
  worker = await market.createAgent(operator.key);
  stranger = await foundOrganization(house);
});
afterAll(async () => {
  await house.close();
  await database.drop();
});

async function claimed(overrides: Record<string, unknown> = {}): Promise<{ taskId: string; assignmentId: string }> {
  const taskId = await market.postTask(poster.key, overrides);
  const { body } = await market.post(`/v1/tasks/${taskId}/claim`, worker.key);
  return { taskId, assignmentId: body.assignment.id };
}

async function log(assignmentId: string, ...contents: readonly string[]): Promise<void> {
  for (const content of contents) {
    const { status } = await market.post(`/v1/assignments/${assignmentId}/progress`, worker.key, { content });
    expect(status).toBe(200);
  }
}

const idsOf = (stream: EventReader): number[] => stream.events.map(({ id }) => Number(id));
const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe("a task's history as a list", () => {
  it("is paged, and begins after a number", async () => {
    const { taskId, assignmentId } = await claimed();
    await log(assignmentId, "a", "b", "c");
    const first = await market.get(`/v1/tasks/${taskId}/events?limit=2`, poster.key);
    expect(first.body.data.map(({ number }: { number: number }) => number)).toEqual([1, 2]);
    const second = await market.get(`/v1/tasks/${taskId}/events?limit=2&cursor=${first.body.next_cursor}`, poster.key);
    expect(second.body.data.map(({ number }: { number: number }) => number)).toEqual([3, 4]);
    const last = await market.get(`/v1/tasks/${taskId}/events?after=4`, poster.key);
    expect(last.body).toMatchObject({ data: [{ number: 5, data: { content: "c" } }], next_cursor: null });
  });
});

describe("a stream of events", () => {
  it("brings what has happened and then what happens, each once and in order", async () => {
    const { taskId, assignmentId } = await claimed();
    const stream = await market.stream(taskId, poster.key);
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    expect(stream.headers.get("x-request-id")).toBeTruthy();
    await stream.atLeast(2);
    await log(assignmentId, "a", "line\nbreak", "c");
    const events = await stream.atLeast(5);
    expect(stream.types).toEqual(["task.posted", "task.claimed", ...Array(3).fill("progress.logged")]);
    expect(idsOf(stream)).toEqual(upTo(5));
    expect(events[3]?.data).toMatchObject({ number: 4, actor_id: worker.id, data: { content: "line\nbreak" } });
    stream.close();
  });

  it("goes on after Last-Event-ID", async () => {
    const { taskId, assignmentId } = await claimed();
    await log(assignmentId, "a");
    const stream = await market.stream(taskId, poster.key, "2");
    await log(assignmentId, "b");
    await stream.atLeast(2);
    expect(idsOf(stream)).toEqual([3, 4]);
    stream.close();
  });

  it("misses nothing for somebody who claims to have seen more than there is", async () => {
    const { taskId, assignmentId } = await claimed();
    const ahead = await market.stream(taskId, poster.key, "999999999");
    const honest = await market.stream(taskId, worker.key, "0");
    await honest.atLeast(2);
    await log(assignmentId, "a");
    await Promise.all([ahead.atLeast(1), honest.atLeast(3)]);
    expect(idsOf(ahead)).toEqual([3]);
    expect(idsOf(honest)).toEqual(upTo(3));
    ahead.close();
    honest.close();
  });

  it("of a long history, opened while it grows, loses and repeats nothing", { timeout: 60_000 }, async () => {
    const { taskId, assignmentId } = await claimed();
    const contents = Array.from({ length: 1_200 }, (_, index) => `line ${index}`);
    const writing = Promise.all(
      contents.map((content) => market.post(`/v1/assignments/${assignmentId}/progress`, worker.key, { content })),
    );
    const streams: EventReader[] = [];
    for (let opened = 0; opened < 20; opened++) {
      streams.push(await market.stream(taskId, opened % 2 === 0 ? poster.key : worker.key));
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    await writing;
    for (const stream of streams) {
      await stream.atLeast(1_202, 20_000);
      expect(idsOf(stream)).toEqual(upTo(1_202));
      stream.close();
    }
  });

  it("reads a change once, however many watch", async () => {
    const { taskId, assignmentId } = await claimed();
    const streams = await Promise.all(Array.from({ length: 100 }, () => market.stream(taskId, poster.key)));
    await Promise.all(streams.map((stream) => stream.atLeast(2)));
    const reads = house.app.database.reads;
    const query = reads.query;
    let readings = 0;
    // biome-ignore lint/suspicious/noExplicitAny: counts what goes through, whatever its type
    reads.query = function counted(this: pg.Pool, ...given: any[]): any {
      if (given[0]?.name === "event_pages") readings++;
      return Reflect.apply(query, this, given);
    } as typeof query;
    try {
      await log(assignmentId, "a");
      await Promise.all(streams.map((stream) => stream.atLeast(3)));
    } finally {
      reads.query = query;
    }
    expect(readings).toBe(1);
    for (const stream of streams) stream.close();
  });

  it("loses and repeats nothing when the connection that listens is cut", async () => {
    const { taskId, assignmentId } = await claimed();
    const stream = await market.stream(taskId, poster.key);
    await stream.atLeast(2);
    const admin = new pg.Client(database.address);
    await admin.connect();
    const cut = await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'guildhall events' and datname = current_database()",
    );
    expect(cut.rowCount).toBe(1);
    await admin.end();
    await log(assignmentId, "a", "b", "c");
    await stream.atLeast(5);
    await log(assignmentId, "d");
    await stream.atLeast(6);
    expect(idsOf(stream)).toEqual(upTo(6));
    stream.close();
  });

  it("brings what is committed on another node", async () => {
    const other = await openTestHouse({ database });
    const { taskId, assignmentId } = await claimed();
    const stream = await new NativeClient(other.url).stream(taskId, poster.key);
    await stream.atLeast(2);
    await log(assignmentId, "from the first node");
    await stream.atLeast(3);
    expect(idsOf(stream)).toEqual(upTo(3));
    stream.close();
    await other.close();
  });

  it("ends when the server stops, and resumes on the next one without loss or repetition", async () => {
    const node = await openTestHouse({ database });
    const { taskId, assignmentId } = await claimed();
    const before = await new NativeClient(node.url).stream(taskId, poster.key);
    await before.atLeast(2);
    const closing = node.close();
    await log(assignmentId, "a", "b");
    await closing;
    await before.ended();
    const next = await openTestHouse({ database });
    const after = await new NativeClient(next.url).stream(taskId, poster.key, before.events.at(-1)?.id);
    await log(assignmentId, "c");
    await after.atLeast(5 - before.events.length);
    expect([...idsOf(before), ...idsOf(after)]).toEqual(upTo(5));
    after.close();
    await next.close();
  });

  it("tells a stranger of a public task what happened, but nothing of what was said", async () => {
    const { taskId, assignmentId } = await claimed();
    await log(assignmentId, "a secret");
    await market.post(`/v1/assignments/${assignmentId}/submit`, worker.key, { text: "Done." });
    const stream = await market.stream(taskId, stranger.key);
    await stream.atLeast(3);
    expect(stream.types).toEqual(["task.posted", "task.claimed", "task.submitted"]);
    expect(JSON.stringify(stream.events)).not.toContain("secret");
    expect(stream.events.every(({ data }) => Object.keys(data.data).length === 0)).toBe(true);
    const list = await market.get(`/v1/tasks/${taskId}/events`, stranger.key);
    expect(list.body.data.map(({ number }: { number: number }) => number)).toEqual([1, 2, 4]);
    stream.close();
  });

  it("ends for a worker whose work on a private task has ended", async () => {
    const taskId = await market.postTask(poster.key, { intake: "direct", agent_id: worker.id });
    const { body } = await market.post("/v1/work/next", worker.key);
    const stream = await market.stream(taskId, worker.key);
    await stream.atLeast(2);
    await market.post(`/v1/assignments/${body.assignment.id}/release`, worker.key);
    await stream.ended();
    expect(stream.types).toEqual(["task.posted", "task.dispatched", "task.released"]);
    expect((await market.get(`/v1/tasks/${taskId}`, stranger.key)).status).toBe(404);
  });

  it("refuses a Last-Event-ID that is none", async () => {
    const { taskId } = await claimed();
    const { status, body } = await market.get(`/v1/tasks/${taskId}/events`, poster.key, {
      Accept: "text/event-stream",
      "Last-Event-ID": "abc",
    });
    expect([status, body.errors]).toMatchObject([400, [{ parameter: "Last-Event-ID" }]]);
  });

  it("is broken off for a reader that does not read, holds nobody else up, and can be resumed", {
    timeout: 60_000,
  }, async () => {
    const { taskId, assignmentId } = await claimed();
    const { slow, closed } = await openWithoutReading(taskId);
    const quick = await market.stream(taskId, poster.key);
    const large = "x".repeat(100_000);
    const contents = Array.from({ length: 150 }, () => large);
    await log(assignmentId, ...contents);
    await quick.atLeast(152, 20_000);
    expect(idsOf(quick)).toEqual(upTo(152));
    await expect.poll(() => house.app.eventFeed.watcherCount).toBe(1);
    slow.destroy();
    await closed;
    const resumed = await market.stream(taskId, poster.key, "150");
    await resumed.atLeast(2);
    expect(idsOf(resumed)).toEqual([151, 152]);
    quick.close();
    resumed.close();
  });

  async function openWithoutReading(taskId: string): Promise<{ slow: http.IncomingMessage; closed: Promise<void> }> {
    const headers = { Authorization: `Bearer ${poster.key}`, Accept: "text/event-stream" };
    const slow = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http.get(`${house.url}/v1/tasks/${taskId}/events`, { headers }, resolve).on("error", reject);
    });
    slow.pause();
    const closed = new Promise<void>((resolve) => slow.once("close", () => resolve()));
    slow.on("error", () => undefined);
    return { slow, closed };
  }
});
