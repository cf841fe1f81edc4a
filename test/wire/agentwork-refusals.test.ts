import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registerOrganization } from "../../src/market/register-organization.ts";
import { makeApiKey, storedHalf } from "../../src/wire/shared/api-keys.ts";
import { AgentworkClient } from "../support/agentwork-client.ts";
import { Engineer } from "../support/engineer.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let client: AgentworkClient;
let key: string;
let taskId: string;

beforeAll(async () => {
  house = await openTestHouse();
  client = new AgentworkClient(house.url);
  key = (await client.register()).key;
  taskId = await client.createTask(key);
});
afterAll(() => house.close());

/** Every route that needs a key, with a body it would take. */
const keyed: readonly [string, string, unknown][] = [
  ["POST", "/api/v1/tasks/", { title: "A", description: "B" }],
  ["GET", "/api/v1/tasks/", undefined],
  ["GET", "/api/v1/tasks/{id}", undefined],
  ["GET", "/api/v1/tasks/{id}/result", undefined],
  ["GET", "/api/v1/tasks/{id}/events", undefined],
  ["POST", "/api/v1/tasks/{id}/message", { message: "Hello" }],
  ["POST", "/api/v1/tasks/{id}/solution-status", { status: "CONFIRMED" }],
  ["POST", "/api/v1/tasks/{id}/cancel", undefined],
];
const ofOneTask = keyed.filter(([, path]) => path.includes("{id}"));
const withBody: readonly [string, unknown][] = [
  ["/api/v1/auth/register", { email: "ada@example.com", name: "Ada" }],
  ["/api/v1/auth/api-key", { email: "ada@example.com", password: "correct horse" }],
  ["/api/v1/tasks/", { title: "A", description: "B" }],
  ["/api/v1/tasks/{id}/message", { message: "Hello" }],
  ["/api/v1/tasks/{id}/solution-status", { status: "CONFIRMED" }],
];

const at = (path: string, id = taskId): string => path.replace("{id}", id);
const bearer = (apiKey: string) => ({ Authorization: `Bearer ${apiKey}` });

describe("a request without a valid key", () => {
  it.each(keyed)(
    "to %s %s is answered 401, and says so to both whose addresses are shared",
    async (method, path, body) => {
      const isShared = method === "GET" && /tasks\/(\{id\})?$/.test(path);
      for (const headers of [
        {},
        bearer("aw_live_unknown"),
        { Authorization: "Basic eDp5" },
        { Authorization: "Bearer" },
      ]) {
        const answer = await client.send(method, at(path), body, headers);
        expect(answer.status).toBe(401);
        expect(answer.body).toEqual({
          status_code: 401,
          detail: expect.any(String),
          ...(isShared ? { error: { code: "UNAUTHORIZED", message: answer.body.detail } } : {}),
        });
        const copy = await client.send(method, `/agentwork${at(path)}`, body, headers);
        expect([copy.status, Object.keys(copy.body)]).toEqual([401, ["status_code", "detail"]]);
      }
    },
  );

  it("is answered 401 as soon as the key is revoked", async () => {
    const account = await client.register();
    expect((await client.get("/api/v1/tasks/", account.key)).status).toBe(200);
    await house.app.database.reads.query("update api_keys set revoked_at = now() where user_id = $1", [account.userId]);
    expect((await client.get("/api/v1/tasks/", account.key)).status).toBe(401);
  });
});

describe("a stranger", () => {
  it.each(ofOneTask)("finds nothing at %s %s", async (method, path, body) => {
    const stranger = await client.register();
    const agent = await Engineer.hire(house.app);
    for (const apiKey of [stranger.key, agent.key]) {
      const answer = await client.send(method, at(path), body, bearer(apiKey));
      expect([answer.status, answer.body]).toEqual([404, { status_code: 404, detail: "Task not found." }]);
    }
    expect((await client.status(key, taskId)).body.status).toBe("processing");
  });

  it.each(ofOneTask)(
    "is told the same of an id that was never given and of one that is none: %s %s",
    async (method, path, body) => {
      for (const id of [crypto.randomUUID(), "1", "%00", "..%2f", "x".repeat(400)]) {
        const answer = await client.send(method, at(path, id), body, bearer(key));
        expect([answer.status, answer.body.status_code]).toEqual([404, 404]);
      }
    },
  );

  it("does not see what the organization posts through other doors", async () => {
    const apiKey = makeApiKey("native");
    await house.app.engine.execute(registerOrganization, {
      name: "Both doors",
      shortId: "abcde",
      key: storedHalf(apiKey, "member", "Key"),
      grantCents: 10_000,
    });
    const posted = await client.send(
      "POST",
      "/api/agent/v1/tasks",
      {
        title: "Paid",
        description: "In dollars.",
        payout_cents: 500,
      },
      bearer(apiKey),
    );
    expect(posted.status).toBe(201);
    const id = posted.body.task.id;
    for (const [method, path, body] of ofOneTask) {
      expect((await client.send(method, at(path, id), body, bearer(apiKey))).status).toBe(404);
    }
    expect((await client.get("/api/v1/tasks/", apiKey)).body).toEqual({ tasks: [] });
    await house.expectLedgerToBalance();
  });

  it("of the same organization shares its tasks", async () => {
    const account = await client.register();
    const own = await client.createTask(account.key);
    const agent = await Engineer.hire(house.app, { engineer: "none", organizationId: account.organizationId });
    expect((await client.status(agent.key, own)).status).toBe(200);
    const theirs = await client.createTask(agent.key);
    expect((await client.status(account.key, theirs)).status).toBe(200);
  });
});

describe("bad input", () => {
  const hostile: readonly [string, (body: unknown) => string | Uint8Array][] = [
    ["malformed JSON", () => '{"title": '],
    ["no JSON at all", () => "title=A"],
    ["bytes that are not UTF-8", () => new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ["a NUL", (body) => JSON.stringify(body).replace(/"([^"]+)"\}$/, '"\\u0000"}')],
    ["half a surrogate pair", (body) => JSON.stringify(body).replace(/"([^"]+)"\}$/, '"\\ud800"}')],
    ["a prototype", (body) => JSON.stringify(body).replace("{", '{"__proto__":{"admin":true},')],
    ["a depth of 10,000", () => `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`],
    ["a list", () => "[]"],
    ["a number", () => "7"],
    ["null", () => "null"],
    ["nothing", () => ""],
    [
      "numbers for texts",
      (body) => JSON.stringify(Object.fromEntries(Object.keys(body as object).map((name) => [name, 7]))),
    ],
    [
      "objects for texts",
      (body) => JSON.stringify(Object.fromEntries(Object.keys(body as object).map((name) => [name, {}]))),
    ],
    [
      "texts past their bounds",
      (body) =>
        JSON.stringify(Object.fromEntries(Object.keys(body as object).map((name) => [name, "x".repeat(100_001)]))),
    ],
  ];

  it.each(withBody)("is answered 400 with a text at POST %s", async (path, body) => {
    for (const [what, make] of hostile) {
      const answer = await client.send("POST", at(path), make(body), bearer(key));
      expect([what, answer.status, answer.body.status_code, typeof answer.body.detail]).toEqual([
        what,
        400,
        400,
        "string",
      ]);
    }
  });

  it.each(withBody)("of another type or beyond 1 MiB is refused in the door's envelope at POST %s", async (path) => {
    const form = await client.send("POST", at(path), "title=A", { ...bearer(key), "Content-Type": "text/plain" });
    expect([form.status, form.body.status_code]).toEqual([415, 415]);
    const large = await client.send("POST", at(path), `"${"x".repeat(1_100_000)}"`, bearer(key));
    expect([large.status, large.body.status_code]).toEqual([413, 413]);
  });

  it("in a header is answered too: an Idempotency-Key that cannot be one", async () => {
    for (const [path, body] of withBody) {
      if (path.includes("api-key")) continue;
      const answer = await client.send("POST", at(path), body, { ...bearer(key), "Idempotency-Key": "a b" });
      expect([answer.status, answer.body.status_code]).toEqual([400, 400]);
    }
  });

  it("leaves nothing behind", async () => {
    expect((await client.get("/api/v1/tasks/", key)).body.tasks).toHaveLength(1);
    expect((await client.status(key, taskId)).body.status).toBe("processing");
  });
});

describe("an address or a method that does not exist", () => {
  it.each([
    ["GET", "/api/v1/auth/nothing"],
    ["GET", "/api/v1/tasks/x/y/z"],
    ["DELETE", "/api/v1/tasks/"],
    ["GET", "/agentwork/nothing"],
  ])("is 404 in the door's envelope: %s %s", async (method, path) => {
    const { status, body } = await client.send(method, path, undefined, bearer(key));
    expect([status, body.status_code, typeof body.detail]).toEqual([404, 404, "string"]);
  });
});

describe("a fault of ours", () => {
  it("is 500 with a request_id that the header repeats, and tells nothing of its cause", async () => {
    const broken = await openTestHouse();
    try {
      const there = new AgentworkClient(broken.url);
      const account = await there.register();
      const id = await there.createTask(account.key);
      await broken.app.database.reads.query("alter table questions rename column content to moved");
      const { status, body, headers } = await there.status(account.key, id);
      expect(status).toBe(500);
      expect(body).toEqual({
        status_code: 500,
        error: "internal_error",
        detail: "An internal error occurred while processing your request.",
        request_id: headers.get("x-request-id"),
      });
      expect(body.request_id).toMatch(/^[0-9a-f-]{12,}$/);
    } finally {
      await broken.close();
    }
  });

  it("is not needed for an X-Request-Id: every answer has its own", async () => {
    const ids = await Promise.all(
      [1, 2, 3].map(async () => (await client.get("/api/v1/tasks/", key)).headers.get("x-request-id")),
    );
    expect(new Set(ids).size).toBe(3);
  });
});
