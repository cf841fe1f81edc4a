import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let database: TestDatabase;
let house: TestHouse;
let market: NativeClient;
let poster: Member;
let admin: Member;

beforeAll(async () => {
  database = await createTestDatabase();
  house = await openTestHouse({ database });
  market = new NativeClient(house.url);
  poster = await foundOrganization(house);
  admin = await foundOrganization(house, "admin");
});
afterAll(async () => {
  await house.expectLedgerToBalance();
  await house.close();
  await database.drop();
});

const engineer = (): Promise<Member> => market.createAgent(admin.key, { engineer: "platform" });
const until = (seats: number) => expect.poll(() => house.app.workFeed.seatCount).toBe(seats);

async function next(worker: Member, body: Record<string, unknown> = {}, signal?: AbortSignal) {
  const startedMs = performance.now();
  const answer = await market.send("POST", "/v1/work/next", body, {
    key: worker.key,
    ...(signal === undefined ? {} : { signal }),
  });
  return { ...answer, tookMs: performance.now() - startedMs };
}

describe("waiting for work", () => {
  it("ends with nothing after the time asked for, and at once without any", async () => {
    const worker = await engineer();
    const none = await next(worker);
    expect([none.status, none.body]).toEqual([204, ""]);
    expect(none.tookMs).toBeLessThan(500);
    const waited = await next(worker, { wait_seconds: 1 });
    expect(waited.status).toBe(204);
    expect(waited.tookMs).toBeGreaterThan(990);
    expect(house.app.workFeed.seatCount).toBe(0);
  });

  it("wakes at once when a task is posted, and exactly one of many gets it", async () => {
    const workers = await Promise.all(Array.from({ length: 12 }, engineer));
    const waiting = workers.map((worker) => next(worker, { wait_seconds: 3 }));
    await until(12);
    const postedAtMs = performance.now();
    const taskId = await market.postTask(poster.key, { intake: "direct" });
    const first = await Promise.race(waiting);
    expect(performance.now() - postedAtMs).toBeLessThan(1_000);
    expect(first.body.task.id).toBe(taskId);
    const answers = await Promise.all(waiting);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(11);
  });

  it("gives each of several tasks posted at once to another worker", async () => {
    const workers = await Promise.all(Array.from({ length: 8 }, engineer));
    const waiting = workers.map((worker) => next(worker, { wait_seconds: 10 }));
    await until(8);
    await Promise.all(workers.map(() => market.postTask(poster.key, { intake: "direct" })));
    const answers = await Promise.all(waiting);
    expect(answers.map(({ status }) => status)).toEqual(workers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.task.id)).size).toBe(8);
    expect(answers.every(({ tookMs }) => tookMs < 5_000)).toBe(true);
  });

  it("asks the database nothing while nothing happens", async () => {
    const workers = await Promise.all(Array.from({ length: 10 }, engineer));
    const waiting = workers.map((worker) => next(worker, { wait_seconds: 2 }));
    await until(10);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const reads = house.app.database.reads;
    const query = reads.query;
    let queries = 0;
    // biome-ignore lint/suspicious/noExplicitAny: counts what goes through, whatever its type
    reads.query = function counted(this: typeof reads, ...given: any[]): any {
      queries++;
      return Reflect.apply(query, this, given);
    } as typeof query;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    reads.query = query;
    expect(queries).toBe(0);
    await Promise.all(waiting);
  });

  it("hears of a task that was posted on another node, and one worker of both gets it", async () => {
    const other = await openTestHouse({ database });
    const [here, there] = [await engineer(), await engineer()];
    const waiting = [
      next(here, { wait_seconds: 3 }),
      new NativeClient(other.url).post("/v1/work/next", there.key, { wait_seconds: 3 }),
    ];
    await until(1);
    await expect.poll(() => other.app.workFeed.seatCount).toBe(1);
    await market.postTask(poster.key, { intake: "direct" });
    const answers = await Promise.all(waiting);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 204]);
    await other.close();
  });

  it("passes the task on when the worker that was given it is gone", async () => {
    const gone = new AbortController();
    const [impatient, patient] = [await engineer(), await engineer()];
    const broken = next(impatient, { wait_seconds: 10 }, gone.signal).catch(() => undefined);
    await until(1);
    const waiting = next(patient, { wait_seconds: 10 });
    await until(2);
    gone.abort();
    const taskId = await market.postTask(poster.key, { intake: "direct" });
    const answer = await waiting;
    expect(answer.body.task.id).toBe(taskId);
    expect(answer.tookMs).toBeLessThan(5_000);
    await broken;
  });

  it("ends with nothing when the server stops", async () => {
    const node = await openTestHouse({ database });
    const worker = await engineer();
    const waiting = new NativeClient(node.url).post("/v1/work/next", worker.key, { wait_seconds: 60 });
    await expect.poll(() => node.app.workFeed.seatCount).toBe(1);
    const startedMs = performance.now();
    await node.close();
    expect((await waiting).status).toBe(204);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it("ends with 401 when the key is revoked meanwhile, and the task goes to another", async () => {
    const [revoked, other] = [await engineer(), await engineer()];
    const { body } = await market.get("/v1/me", revoked.key);
    const waiting = next(revoked, { wait_seconds: 5 });
    await until(1);
    const second = next(other, { wait_seconds: 5 });
    await until(2);
    await market.send("DELETE", `/v1/keys/${body.key.id}`, undefined, { key: revoked.key });
    await market.postTask(poster.key, { intake: "direct" });
    expect((await waiting).status).toBe(401);
    expect((await second).status).toBe(200);
  });
});

describe("what a worker may take", () => {
  it("is not the board unless it asks for it, and then only what it can do", async () => {
    const worker = await market.createAgent(admin.key, { capabilities: ["art", "music"] });
    const hard = await market.postTask(poster.key, { required_capabilities: ["art", "cooking"] });
    const easy = await market.postTask(poster.key, { required_capabilities: ["art"] });
    expect((await next(worker)).status).toBe(204);
    const listed = (await market.get("/v1/work", worker.key)).body.data.map(({ id }: { id: string }) => id);
    expect(listed).toContain(easy);
    expect(listed).not.toContain(hard);
    expect((await next(worker, { include: "board" })).body.task.id).toBe(easy);
    expect((await next(worker, { include: "board" })).status).toBe(204);
    const waiting = next(worker, { capabilities: ["art", "dance"], wait_seconds: 5 });
    await until(1);
    await market.postTask(poster.key, { required_capabilities: ["cooking"] });
    const wanted = await market.postTask(poster.key, { required_capabilities: ["dance"] });
    expect((await waiting).body.task.id).toBe(wanted);
    expect((await next(worker, { capabilities: ["cooking", "art"] })).status).toBe(200);
  });

  it("for an organization's engineer is its own organization's direct tasks only", async () => {
    const [mine, theirs] = [await foundOrganization(house), await foundOrganization(house)];
    const worker = await market.createAgent(mine.key, { engineer: true });
    const foreign = await market.postTask(theirs.key, { intake: "direct" });
    expect((await next(worker)).status).toBe(204);
    expect((await market.get(`/v1/tasks/${foreign}`, worker.key)).status).toBe(404);
    const waiting = next(worker, { wait_seconds: 5 });
    await until(1);
    const own = await market.postTask(mine.key, { intake: "direct" });
    expect((await waiting).body.task.id).toBe(own);
    await market.post(`/v1/tasks/${foreign}/cancel`, theirs.key);
  });

  it("is listed in pages: first what is meant for it, the oldest first, then the board, the newest first", async () => {
    const worker = await market.createAgent(admin.key, { capabilities: ["paging"] });
    const direct: string[] = [];
    const board: string[] = [];
    for (let index = 0; index < 3; index++) {
      direct.push(await market.postTask(poster.key, { intake: "direct", agent_id: worker.id }));
      board.unshift(await market.postTask(poster.key, { required_capabilities: ["paging"] }));
    }
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const { body } = await market.get(`/v1/work?limit=2${query}`, worker.key);
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.next_cursor;
    }
    expect(seen.filter((id) => direct.includes(id) || board.includes(id))).toEqual([...direct, ...board]);
    expect(new Set(seen).size).toBe(seen.length);
  });
});
