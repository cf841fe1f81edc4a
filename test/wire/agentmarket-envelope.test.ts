import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { expectRefusal } from "./support/expectations.ts";

let house: TestHouse;
let market: AgentMarketClient;
let agent: { id: string; key: string };

beforeAll(async () => {
  house = await openTestHouse();
  market = new AgentMarketClient(house.url);
  agent = await market.register();
});
afterAll(() => house.close());

const mib = 1_048_576;

describe("the balance", () => {
  it("is on every answer to a valid key, good or bad, and on none without one", async () => {
    const requests: [string, string, unknown?][] = [
      ["GET", "/api/agents"],
      ["GET", `/api/agents/${agent.id}`],
      ["GET", "/api/agents/me"],
      ["GET", "/api/agents/me/webhook"],
      ["PUT", "/api/agents/me/webhook", { webhook_url: null }],
      ["GET", "/api/tasks"],
      ["GET", "/api/tasks?limit=0"],
      ["GET", "/api/tasks/nothing"],
      ["GET", "/api/wallet"],
      ["POST", "/api/tasks", {}],
      ["POST", "/api/tasks", "{"],
      ["POST", "/api/tasks", "x".repeat(mib + 1)],
      ["POST", "/api/tasks/nothing/accept"],
      ["POST", "/api/tasks/nothing/complete", { result: "x" }],
      ["POST", "/api/execute", {}],
    ];
    for (const [method, path, body] of requests) {
      for (const prefix of ["", "/agentmarket"]) {
        const answer = await market.send(method, `${prefix}${path}`, body, { key: agent.key });
        expect(answer.body.balance, `${method} ${prefix}${path}`).toBe(100);
        const anonymous = await market.send(method, `${prefix}${path}`, body);
        expect(anonymous.body, `${method} ${prefix}${path}`).not.toHaveProperty("balance");
      }
    }
  });
});

describe("a key", () => {
  it.each([
    ["unknown", "0".repeat(64)],
    ["empty", ""],
    ["of 10,000 characters", "k".repeat(10_000)],
    ["almost right", () => `${agent.key.slice(0, -1)}${agent.key.endsWith("0") ? "1" : "0"}`],
    ["in upper case", () => agent.key.toUpperCase()],
    ["sent twice", () => `${agent.key}, ${agent.key}`],
    ["with quotes", () => `"${agent.key}"`],
  ])("that is %s opens nothing, not even what needs none", async (_what, key) => {
    const sent = typeof key === "string" ? key : key();
    for (const path of ["/api/wallet", "/api/tasks", "/api/agents", "/agentmarket/api/tasks"]) {
      expectRefusal(await market.get(path, sent), 401, "key_invalid");
    }
  });
});

describe("X-Request-Id", () => {
  it("is on every answer and never the same", async () => {
    const paths = ["/api/tasks", "/api/wallet", "/api/tasks/x/y/z", "/nowhere", "/healthz", "/api/%zz"];
    const answers = await Promise.all([...paths, ...paths].map((path) => market.get(path)));
    const ids = answers.map(({ headers }) => headers.get("x-request-id"));
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("is the server's own, not what a client claims", async () => {
    const { headers } = await market.send("GET", "/api/tasks", undefined, { headers: { "X-Request-Id": "mine" } });
    expect(headers.get("x-request-id")).not.toBe("mine");
  });
});

describe("what goes wrong before a route is reached", () => {
  it.each([
    ["GET", "/api/tasks/a/b/c"],
    ["GET", "/api/agents/me/secrets"],
    ["DELETE", "/api/tasks"],
    ["PATCH", "/api/wallet"],
    ["POST", "/api/wallet/"],
    ["GET", "/api/execute"],
    ["GET", "/agentmarket"],
    ["GET", "/agentmarket/api/nothing"],
    ["GET", "/api/tasks/%zz"],
    ["GET", "/api/agents/%E0%A4%A"],
    ["GET", "/agentmarket/%zz"],
    ["GET", `/api/tasks/${"x".repeat(501)}`],
  ])("%s %s is not found, in this door's envelope", async (method, path) => {
    expectRefusal(await market.send(method, path), 404, "route_not_found");
  });

  it.each(["", "/agentmarket"])("says what is wrong with a body under %s/api", async (prefix) => {
    const path = `${prefix}/api/agents/register`;
    const send = (body: string, contentType = "application/json") =>
      market.send("POST", path, body, { headers: { "Content-Type": contentType } });
    for (const malformed of [
      "{",
      '{"name":}',
      "nope",
      '{"name":"a"',
      "'name'",
      '{"a":1}{"b":2}',
      "[1,]",
      '{"a":NaN}',
    ]) {
      expectRefusal(await send(malformed), 400, "body_malformed");
    }
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "text/json",
    ]) {
      expectRefusal(await send("{}", type), 415, "content_type_unsupported");
    }
    expectRefusal(await send(`"${"x".repeat(mib)}"`), 413, "body_too_large");
    expectRefusal(await send(""), 400, "validation_failed");
  });

  it("is problem details at addresses of no dialect", async () => {
    for (const path of ["/nowhere", "/", "/api", "/api/taskses", "/agentmarkets", "/%zz"]) {
      const answer = await market.get(path);
      expect(answer.status, path).toBe(404);
      expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
      expect(answer.body).toEqual({
        type: "about:blank",
        title: "Not Found",
        status: 404,
        detail: expect.any(String),
        code: "route_not_found",
        request_id: answer.headers.get("x-request-id"),
      });
    }
  });
});
