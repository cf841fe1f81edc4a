import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  ClubClient,
  claim,
  clubPath,
  type Member,
  newTask,
  openOrganization,
  openWorker,
  submit,
} from "../support/club-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let club: ClubClient;
let poster: Member;

beforeAll(async () => {
  house = await openTestHouse();
  club = new ClubClient(house.url);
});
beforeEach(async () => {
  poster = await openOrganization(house);
});
afterAll(() => house.close());

/** The document's envelope and nothing else. */
function expectRefusal(answer: { status: number; body: unknown }, status: number, code?: string): void {
  expect(answer.body).toEqual({ error: { code: code ?? expect.any(String), message: expect.any(String) } });
  expect(answer.status).toBe(status);
}

const long = "x".repeat(100_001);

describe("what is refused with 400", () => {
  it.each<[string, unknown]>([
    ["no body", undefined],
    ["a list", []],
    ["no title", { ...newTask, title: undefined }],
    ["a blank title", { ...newTask, title: "  " }],
    ["a title of 201", { ...newTask, title: "x".repeat(201) }],
    ["a title that is a number", { ...newTask, title: 5 }],
    ["neither description nor instructions", { title: "T", payout_cents: 1 }],
    ["a blank description and null instructions", { ...newTask, description: " \n", instructions: null }],
    ["no payout", { ...newTask, payout_cents: undefined }],
    ...[0, -1, 1.5, 1e21, 2 ** 53, 1_000_000_001, "1", null, true].map((payout): [string, unknown] => [
      `a payout of ${JSON.stringify(payout)}`,
      { ...newTask, payout_cents: payout },
    ]),
    ...["credits", "eur", "USD", "", null].map((currency): [string, unknown] => [
      `the currency ${JSON.stringify(currency)}`,
      { ...newTask, currency },
    ]),
    ...[0, -5, 1.5, "60", 525_601].flatMap((time): [string, unknown][] => [
      [`a time limit of ${JSON.stringify(time)}`, { ...newTask, time_limit_minutes: time }],
      [`an expiry of ${JSON.stringify(time)}`, { ...newTask, expires_in_hours: time }],
    ]),
    ["a description of 100,001", { ...newTask, description: long }],
    ["instructions of 100,001", { ...newTask, instructions: long }],
    ["an expected output of 100,001", { ...newTask, expected_output: long }],
    ["a blank category", { ...newTask, category: "" }],
    ["101 tags", { ...newTask, tags: Array.from({ length: 101 }, (_, index) => `t${index}`) }],
    ["a tag that is no text", { ...newTask, tags: [1] }],
    ["tags that are no list", { ...newTask, tags: "a,b" }],
    ["NUL in the title", { ...newTask, title: "a\u0000b" }],
    ["half a surrogate pair in a tag", { ...newTask, tags: ["\ud800"] }],
  ])("on POST /tasks: %s", async (_what, body) => {
    expectRefusal(await club.post("/tasks", poster.key, body), 400);
  });

  it.each([
    "{",
    "\u0000",
    '{"title":"T","__proto__":{"a":1}}',
    `${"[".repeat(10_000)}${"]".repeat(10_000)}`,
    '{"title":"\\ud800"}',
  ])("on every POST: malformed JSON (%#)", async (text) => {
    const id = await club.postTask(poster.key);
    expectRefusal(await club.post("/tasks", poster.key, text), 400);
    expectRefusal(await club.post(`/tasks/${id}/feedback`, poster.key, text), 400);
  });

  it("on POST /tasks/:id/feedback: no rating, a rating that is none, or one that goes with a revision", async () => {
    const worker = await openWorker(house);
    const id = await club.postTask(poster.key);
    await claim(house, id, worker);
    await submit(house, id, worker, "positive");
    const bodies: unknown[] = [
      undefined,
      {},
      { feedback: "Nice." },
      { approve: true },
      { approve: "false", rating: 5 },
      { approve: false, rating: 1, feedback: "No." },
      { rating: 5, feedback: 1 },
      { rating: 5, feedback: long },
      { rating: 5, feedback: "a\u0000b" },
      ...[0, 6, -1, 4.5, "5", null, [5]].map((rating) => ({ rating })),
    ];
    for (const body of bodies) expectRefusal(await club.post(`/tasks/${id}/feedback`, poster.key, body), 400);
    expect((await club.get(`/tasks/${id}`, poster.key)).body.payment_status).toBe("held");
  });

  it.each([
    "status=cancelled",
    "status=",
    "status=open&status=completed",
    "page=0",
    "page=-1",
    "page=1.5",
    "page=x",
    "page=99999999999",
    "limit=0",
    "limit=101",
    "limit=x",
    "limit=",
  ])("on GET /tasks?%s", async (query) => {
    expectRefusal(await club.get(`/tasks?${query}`, poster.key), 400, "validation_failed");
  });

  it("on every POST: an Idempotency-Key that is none", async () => {
    const id = await club.postTask(poster.key);
    const key = "x".repeat(256);
    expectRefusal(await club.post("/tasks", poster.key, newTask, key), 400, "idempotency_key_invalid");
    expectRefusal(await club.post(`/tasks/${id}/feedback`, poster.key, { rating: 1 }, key), 400);
  });
});

describe("what is refused otherwise", () => {
  it("401 without a key, with an unknown, a revoked or a mangled one, on every route", async () => {
    const id = await club.postTask(poster.key);
    const revoked = await openOrganization(house);
    await house.app.database.reads.query("update api_keys set revoked_at = now() where party_id = $1", [revoked.id]);
    const headers: Record<string, string>[] = [
      {},
      { Authorization: "" },
      { Authorization: poster.key },
      { Authorization: `Basic ${poster.key}` },
      { Authorization: "Bearer aw_live_00000000000000000000000000000000" },
      { Authorization: `Bearer ${"x".repeat(5_000)}` },
      { Authorization: `Bearer ${revoked.key}` },
    ];
    const routes: [string, string, unknown][] = [
      ["POST", "/tasks", newTask],
      ["GET", "/tasks", undefined],
      ["GET", `/tasks/${id}`, undefined],
      ["POST", `/tasks/${id}/feedback`, { rating: 5 }],
    ];
    for (const [method, path, body] of routes) {
      for (const header of headers) expectRefusal(await club.send(method, path, body, { headers: header }), 401);
    }
  });

  it("404 in its own envelope where there is no route", async () => {
    for (const [method, path] of [
      ["GET", "/nothing"],
      ["DELETE", "/tasks"],
      ["PUT", `/tasks/${randomUUID()}`],
      ["GET", `/tasks/${randomUUID()}/feedback`],
      ["GET", ""],
    ] as const) {
      expectRefusal(await club.send(method, path, undefined, { key: poster.key }), 404, "route_not_found");
    }
  });

  it("413 for a body past 1 MiB and 415 for one that is no JSON", async () => {
    const large = { ...newTask, extra: "x".repeat(1_100_000) };
    expectRefusal(await club.post("/tasks", poster.key, large), 413, "body_too_large");
    const xml = { key: poster.key, headers: { "Content-Type": "text/xml" } };
    expectRefusal(await club.send("POST", "/tasks", "<a/>", xml), 415, "content_type_unsupported");
  });
});

describe("addresses", () => {
  it("answer with and without the trailing slash, at the documented place and under /club, without a redirect", async () => {
    const worker = await openWorker(house);
    for (const base of [clubPath, `/club${clubPath}`]) {
      for (const slash of ["", "/"]) {
        const there = new ClubClient(house.url, base);
        const posted = await there.post(`/tasks${slash}`, poster.key, newTask);
        expect(posted.status).toBe(201);
        const id: string = posted.body.task.id;
        expect((await there.get(`/tasks${slash}?limit=1`, poster.key)).body.tasks[0].id).toBe(id);
        expect((await there.get(`/tasks/${id}${slash}`, poster.key)).body.id).toBe(id);
        await claim(house, id, worker);
        await submit(house, id, worker, "positive");
        expect((await there.post(`/tasks/${id}/feedback${slash}`, poster.key, { rating: 5 })).status).toBe(200);
      }
    }
    expectRefusal(await new ClubClient(house.url, "/club").get("/nothing"), 404, "route_not_found");
  });

  it("are described in /openapi/club.json, each with its key", async () => {
    const { body } = await new ClubClient(house.url, "").get("/openapi/club.json");
    expect(Object.keys(body.paths).sort()).toEqual([
      "/api/agent/v1/tasks",
      "/api/agent/v1/tasks/{id}",
      "/api/agent/v1/tasks/{id}/feedback",
    ]);
    for (const operations of Object.values<Record<string, { security?: unknown }>>(body.paths)) {
      for (const operation of Object.values(operations)) expect(operation.security).toEqual([{ apiKey: [] }]);
    }
  });
});
