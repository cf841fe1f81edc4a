import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, json, key, type Reply, send, textAt } from "./support/http.ts";
import { faultsOf, operationNames } from "./support/openapi.ts";
import { Premises, type ServerProcess } from "./support/server-process.ts";
import { expectShape, type Shape } from "./support/shapes.ts";

/** Every answer that the document prints, against a server that was started the way an operator starts it. */
const premises = new Premises();
let server: ServerProcess;

beforeAll(async () => {
  server = await premises.open();
});
afterAll(() => premises.clear());

const task: Shape = { id: "uuid", title: "string", description: "string", budget: "integer", status: "string" };
const publicAgent: Shape = {
  id: "uuid",
  name: "string",
  capabilities: ["string"],
  price_per_task: "integer",
  reputation_score: "number or null",
  total_tasks: "integer",
};

/** The document's own registration, with and without its optional fields. */
const registration = {
  name: "ResearchBot",
  description: "I research topics thoroughly",
  capabilities: ["research", "summarization"],
  price_per_task: 15,
  endpoint_url: "https://my-bot.com/execute",
  system_prompt: "You are a research assistant",
  webhook_url: "https://my-bot.com/webhooks",
};

function post(path: string, apiKey: string | undefined, body?: unknown): Promise<Reply> {
  return send(`${server.url}${path}`, {
    method: "POST",
    headers: { ...(apiKey === undefined ? {} : key(apiKey)), ...(body === undefined ? {} : json) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function get(path: string, apiKey?: string): Promise<Reply> {
  return send(`${server.url}${path}`, { headers: apiKey === undefined ? {} : key(apiKey) });
}

async function register(ownerEmail: string): Promise<{ id: string; apiKey: string }> {
  const answer = await post("/api/agents/register", undefined, { ...registration, owner_email: ownerEmail });
  expect(answer.status).toBe(201);
  expectShape(answer.body, {
    success: true,
    data: { id: "uuid", name: "string", api_key: "string", capabilities: ["string"] },
    balance: "integer",
  });
  expect(answer.body).toMatchObject({ data: { name: "ResearchBot", capabilities: registration.capabilities } });
  expect(textAt(answer.body, "data", "api_key")).toMatch(/^[0-9a-f]{64}$/);
  return { id: textAt(answer.body, "data", "id"), apiKey: textAt(answer.body, "data", "api_key") };
}

describe("the answers the document shows", () => {
  it("come with the document's own figures: 100, 75 and 85, 85, 107", async () => {
    const poster = await register("poster@example.com");
    const worker = await register("worker@example.com");

    const posted = await post("/api/tasks", poster.apiKey, {
      title: "Summarize this research paper",
      description: "Full text of the paper...",
      budget: 25,
      required_capabilities: ["research", "summarization"],
    });
    expect(posted.status).toBe(201);
    expectShape(posted.body, { success: true, data: task, balance: "integer" });
    expect(posted.body).toMatchObject({ data: { status: "open" }, balance: 75 });
    const path = `/api/tasks/${textAt(posted.body, "data", "id")}`;

    const own = await post("/api/tasks", worker.apiKey, { title: "Mine", description: "Held", budget: 15 });
    expect(at(own.body, "balance")).toBe(85);

    const listed = await get("/api/tasks?status=open&capability=research&limit=20");
    expect(listed.status).toBe(200);
    expectShape(listed.body, { success: true, data: [task] });

    const accepted = await post(`${path}/accept`, worker.apiKey);
    expect(accepted.status).toBe(200);
    expectShape(accepted.body, { success: true, data: { id: "uuid", status: "string", assigned_to: "uuid" } });
    expect(accepted.body).toMatchObject({ data: { status: "assigned", assigned_to: worker.id }, balance: 85 });

    const completed = await post(`${path}/complete`, worker.apiKey, { result: "Here is the completed summary..." });
    expect(completed.status).toBe(200);
    expectShape(completed.body, { success: true, data: { id: "uuid", status: "string", result: "string" } });
    expect(completed.body).toMatchObject({
      data: { status: "completed", result: "Here is the completed summary..." },
      balance: 107,
    });

    const wallet = await get("/api/wallet", worker.apiKey);
    expect(wallet).toMatchObject({
      status: 200,
      body: { success: true, data: { agent_id: worker.id, balance: 107 }, balance: 107 },
    });
    const single = await get(path);
    expect(single.status).toBe(200);
    expectShape(single.body, { success: true, data: task });
  });

  it("show agents in lists, one by one, and to themselves with their balance", async () => {
    const agent = await register("shown@example.com");
    const listed = await get("/api/agents?capability=research&limit=20");
    expect(listed.status).toBe(200);
    expectShape(listed.body, { success: true, data: [publicAgent] });
    const single = await get(`/api/agents/${agent.id}`);
    expect(single.status).toBe(200);
    expectShape(single.body, { success: true, data: publicAgent });
    const self = await get("/api/agents/me", agent.apiKey);
    expect(self.status).toBe(200);
    expectShape(self.body, { success: true, data: publicAgent, balance: "integer" });
    expect(self.body).toMatchObject({ data: { id: agent.id }, balance: 100 });
  });

  it("mask a webhook as the document masks it", async () => {
    const agent = await register("hook@example.com");
    const put = await send(`${server.url}/api/agents/me/webhook`, {
      method: "PUT",
      headers: { ...key(agent.apiKey), ...json },
      body: '{"webhook_url":"https://my-agent.com/webhooks/agentmarket"}',
    });
    expect(put.status).toBe(200);
    expect(put.body).toMatchObject({ success: true, data: { webhook_url: "...gentmarket" }, balance: 100 });
    const seen = await get("/api/agents/me/webhook", agent.apiKey);
    expect(seen).toMatchObject({
      status: 200,
      body: { success: true, data: { webhook_url: "...gentmarket" }, balance: 100 },
    });
  });
});

describe("the addresses", () => {
  it("answer with and without a trailing slash and under /agentmarket, never by redirect", async () => {
    const { id, apiKey } = await register("slash@example.com");
    const taskId = textAt((await get("/api/tasks?status=all")).body, "data", "0", "id");
    const paths = ["/api/agents", `/api/agents/${id}`, "/api/agents/me", "/api/agents/me/webhook", "/api/tasks"];
    for (const path of [...paths, `/api/tasks/${taskId}`, "/api/wallet"]) {
      const plain = await get(path, apiKey);
      expect(plain.status, path).toBe(200);
      for (const other of [`${path}/`, `/agentmarket${path}`, `/agentmarket${path}/`]) {
        expect(await get(other, apiKey), other).toMatchObject({ status: 200, body: plain.body });
      }
    }
    for (const path of ["/api/tasks/", "/agentmarket/api/tasks", "/agentmarket/api/tasks/"]) {
      expect((await post(path, apiKey, { title: "t", description: "d", budget: 1 })).status, path).toBe(201);
    }
  });

  it("are described by an OpenAPI 3.1 document that names the thirteen routes", async () => {
    const { status, body } = await get("/openapi/agentmarket.json");
    expect(status).toBe(200);
    expect(faultsOf(body)).toEqual([]);
    expect(operationNames(body)).toEqual([
      "GET /api/agents",
      "GET /api/agents/me",
      "GET /api/agents/me/webhook",
      "GET /api/agents/{id}",
      "GET /api/tasks",
      "GET /api/tasks/{id}",
      "GET /api/wallet",
      "POST /api/agents/register",
      "POST /api/execute",
      "POST /api/tasks",
      "POST /api/tasks/{id}/accept",
      "POST /api/tasks/{id}/complete",
      "PUT /api/agents/me/webhook",
    ]);
  });
});

describe("a key", () => {
  /** What the document marks "Auth Required". */
  const authRequired = [
    "GET /api/agents/me",
    "GET /api/agents/me/webhook",
    "GET /api/wallet",
    "POST /api/execute",
    "POST /api/tasks",
    "POST /api/tasks/{id}/accept",
    "POST /api/tasks/{id}/complete",
    "PUT /api/agents/me/webhook",
  ];

  it("is asked for exactly where the document says so, in the answers and in the OpenAPI document", async () => {
    const { body } = await get("/openapi/agentmarket.json");
    expect(operationNames(body).filter((name) => isSecured(body, name))).toEqual(authRequired);
    for (const name of authRequired) {
      const [method = "", path = ""] = name.split(" ");
      const answer = await send(`${server.url}${path.replace("{id}", "some-id")}`, { method });
      expect(answer.status, name).toBe(401);
      expectShape(answer.body, { error: "string", code: "string" });
      expect(answer.body, name).toMatchObject({ success: false });
    }
  });

  function isSecured(body: unknown, name: string): boolean {
    const [method = "", path = ""] = name.toLowerCase().split(" ");
    return Array.isArray(at(body, "paths", path, method, "security"));
  }
});

describe("the check of the OpenAPI document", () => {
  it("finds what is wrong with a broken one", () => {
    const broken = {
      openapi: "3.0.0",
      paths: {
        "/a/{id}": {
          get: { responses: { 299: {}, "4xx": { description: "" } }, security: [{ ghost: [] }] },
          post: { parameters: [], requestBody: { content: { "application/json": { schema: { $ref: "#/no" } } } } },
        },
      },
    };
    expect(faultsOf(broken).length).toBeGreaterThanOrEqual(8);
  });
});
