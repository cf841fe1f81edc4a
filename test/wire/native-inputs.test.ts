import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let market: NativeClient;
let poster: Member;
let worker: Member;
let taskId: string;
let assignmentId: string;
let posts: string[];

beforeAll(async () => {
  house = await openTestHouse();
  market = new NativeClient(house.url);
  poster = await foundOrganization(house);
  const operator = await foundOrganization(house);
  worker = await market.createAgent(operator.key);
  taskId = await market.postTask(poster.key);
  assignmentId = (await market.post(`/v1/tasks/${taskId}/claim`, worker.key)).body.assignment.id;
  const { paths } = (await market.get("/openapi.json")).body;
  posts = Object.entries<object>(paths)
    .filter(([path, methods]) => "post" in methods && !/^\/v1\/(files|auth|me\/|admin\/)/.test(path))
    .map(([path]) => path.replace("{id}", path.startsWith("/v1/assignments") ? assignmentId : taskId));
});
afterAll(async () => {
  await house.expectLedgerToBalance();
  await house.close();
});

const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;

describe("a body that is none", () => {
  it.each([
    ["malformed", '{"title":', 400, "body_malformed"],
    ["not an object", '"text"', 400, "validation_failed"],
    ["null", "null", 400, "validation_failed"],
    ["an array", "[]", 400, "validation_failed"],
    ["nested 10,000 deep", `{"title":${deep}}`, 400, "body_malformed"],
    ["with __proto__", '{"__proto__":{"title":"T"}}', 400, "body_malformed"],
    ["with NUL", '{"title":"a\\u0000b"}', 400, "validation_failed"],
    ["with half a surrogate pair", '{"content":"\\ud800"}', 400, "validation_failed"],
    ["larger than 1 MiB", `{"title":"${"x".repeat(1_100_000)}"}`, 413, "body_too_large"],
  ])("%s is refused on every route", async (_, body, status, code) => {
    expect(posts.length).toBeGreaterThan(15);
    for (const path of posts) {
      const answer = await market.send("POST", path, body, { key: worker.key });
      expect([path, answer.status, answer.body.code]).toEqual([path, status, code]);
      expect(answer.headers.get("content-type")).toContain("application/problem+json");
    }
  });

  it("of another content type is refused on every route", async () => {
    for (const path of posts) {
      const answer = await market.send("POST", path, "title=T", {
        key: worker.key,
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
      });
      expect([path, answer.status, answer.body.code]).toEqual([path, 415, "content_type_unsupported"]);
    }
  });
});

describe("a task that cannot be posted", () => {
  const task = { title: "T", description: "D", budget: 1, currency: "usd" };

  it.each([
    [{ title: undefined }, "#/title"],
    [{ title: "" }, "#/title"],
    [{ title: "   " }, "#/title"],
    [{ title: "x".repeat(201) }, "#/title"],
    [{ title: 1 }, "#/title"],
    [{ description: "x".repeat(100_001) }, "#/description"],
    [{ budget: 0 }, "#/budget"],
    [{ budget: -1 }, "#/budget"],
    [{ budget: 1.5 }, "#/budget"],
    [{ budget: "1" }, "#/budget"],
    [{ budget: 1e21 }, "#/budget"],
    [{ budget: 2 ** 53 }, "#/budget"],
    [{ budget: 1_000_000_001 }, "#/budget"],
    [{ currency: "eur" }, "#/currency"],
    [{ currency: undefined }, "#/currency"],
    [{ intake: "team" }, "#/intake"],
    [{ agent_id: crypto.randomUUID() }, "#/agent_id"],
    [{ required_capabilities: ["No Slug"] }, "#/required_capabilities/0"],
    [{ required_capabilities: Array.from({ length: 51 }, (_, i) => `c${i}`) }, "#/required_capabilities"],
    [{ tags: Array.from({ length: 101 }, () => "t") }, "#/tags"],
    [{ review: "maybe" }, "#/review"],
    [{ review_hours: 0 }, "#/review_hours"],
    [{ max_revisions: -1 }, "#/max_revisions"],
    [{ time_limit_minutes: 0 }, "#/time_limit_minutes"],
    [{ time_limit_minutes: 100_000 }, "#/time_limit_minutes"],
    [{ expires_in_hours: 9_000 }, "#/expires_in_hours"],
  ])("%j is told where it is wrong", async (change, pointer) => {
    const { status, body } = await market.post("/v1/tasks", poster.key, { ...task, ...change });
    expect(status).toBe(400);
    expect(body).toMatchObject({ title: "Bad Request", code: "validation_failed", errors: [{ pointer }] });
    expect(body.detail).toBe(body.errors[0].detail);
  });

  it("for want of money is refused and leaves nothing behind", async () => {
    const { status, body } = await market.post("/v1/tasks", poster.key, { ...task, budget: 1_000_000_000 });
    expect([status, body.code, body.currency]).toEqual([402, "funds_insufficient", "usd"]);
  });
});

describe("other input", () => {
  it.each([
    ["POST", "/v1/work/next", { wait_seconds: 61 }, "#/wait_seconds"],
    ["POST", "/v1/work/next", { wait_seconds: -1 }, "#/wait_seconds"],
    ["POST", "/v1/work/next", { wait_seconds: 0.5 }, "#/wait_seconds"],
    ["POST", "/v1/work/next", { capabilities: "art" }, "#/capabilities"],
    ["POST", "/v1/work/next", { include: "everything" }, "#/include"],
    ["POST", "/v1/keys", { format: "hex" }, "#/format"],
    ["POST", "/v1/keys", { label: "" }, "#/label"],
    ["POST", "/v1/agents", {}, "#/name"],
    ["POST", "/v1/agents", { name: "A", price_per_task: -1 }, "#/price_per_task"],
    ["POST", "/v1/tasks/:task/claim", { heartbeat_seconds: 0 }, "#/heartbeat_seconds"],
    ["POST", "/v1/tasks/:task/approve", { rating: 6 }, "#/rating"],
    ["POST", "/v1/tasks/:task/approve", { rating: 0 }, "#/rating"],
    ["POST", "/v1/tasks/:task/reject", { cancel: "yes" }, "#/cancel"],
    ["POST", "/v1/tasks/:task/request-revision", { reason: 1 }, "#/reason"],
    ["POST", "/v1/assignments/:assignment/submit", {}, "#/text"],
    ["POST", "/v1/assignments/:assignment/submit", { text: " " }, "#/text"],
    ["POST", "/v1/assignments/:assignment/submit", { text: "A", links: ["javascript:alert(1)"] }, "#/links/0"],
    ["POST", "/v1/assignments/:assignment/submit", { text: "A", file_ids: "x" }, "#/file_ids"],
    ["POST", "/v1/assignments/:assignment/progress", { content: "" }, "#/content"],
  ] as const)("%s %s %j is told where it is wrong", async (method, path, sent, pointer) => {
    const address = path.replace(":task", taskId).replace(":assignment", assignmentId);
    const { status, body } = await market.send(method, address, sent, { key: worker.key });
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });

  it.each([
    ["/v1/tasks?limit=0", "limit"],
    ["/v1/tasks?limit=101", "limit"],
    ["/v1/tasks?limit=ten", "limit"],
    ["/v1/tasks?cursor=x", "cursor"],
    ["/v1/tasks?state=done", "state"],
    ["/v1/tasks?mine=all", "mine"],
    ["/v1/agents?capability=No%20Slug", "capability"],
    ["/v1/keys?cursor=x", "cursor"],
    ["/v1/work?cursor=board-x", "cursor"],
    ["/v1/wallet/transfers?currency=eur", "currency"],
    ["/v1/tasks/:task/events?after=-1", "after"],
    ["/v1/tasks/:task/events?cursor=x", "cursor"],
    ["/v1/tasks/:task/events?limit=1000", "limit"],
  ])("GET %s is told which parameter is wrong", async (path, parameter) => {
    const { status, body } = await market.get(path.replace(":task", taskId), poster.key);
    expect([status, body.code, body.errors?.[0]?.parameter]).toEqual([400, "validation_failed", parameter]);
  });

  it("that names a file of somebody else's, or none, is refused", async () => {
    for (const id of ["x", crypto.randomUUID()]) {
      const sent = { text: "A", file_ids: [id] };
      const { status, body } = await market.post(`/v1/assignments/${assignmentId}/submit`, worker.key, sent);
      expect([status, body.code]).toEqual([404, "file_not_found"]);
    }
  });

  it("with an Idempotency-Key that is none is refused", async () => {
    const { body } = await market.post("/v1/work/next", worker.key, {}, "x".repeat(256));
    expect(body).toMatchObject({ status: 400, code: "idempotency_key_invalid" });
  });

  it("to an address where nothing is, is a problem too", async () => {
    const { status, headers, body } = await market.get("/v1/nothing", poster.key);
    expect([status, body.code, headers.get("content-type")]).toEqual([
      404,
      "route_not_found",
      expect.stringContaining("application/problem+json"),
    ]);
  });
});
