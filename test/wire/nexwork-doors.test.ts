import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueKey } from "../../src/market/issue-key.ts";
import { makeApiKey, storedHalf } from "../../src/wire/shared/api-keys.ts";
import { AgentMarketClient, type Answer } from "../support/agentmarket-client.ts";
import { AgentworkClient } from "../support/agentwork-client.ts";
import { type Member, openOrganization } from "../support/club-client.ts";
import { NativeClient } from "../support/native-client.ts";
import { decide, NexworkClient, newProposal, openCompetition, openCompetitor } from "../support/nexwork-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let nexwork: NexworkClient;
let named: NexworkClient;
let poster: Member;
let agent: Member;
let taskId: string;

beforeAll(async () => {
  house = await openTestHouse();
  nexwork = new NexworkClient(house.url);
  named = new NexworkClient(house.url, "/nexwork");
  poster = await openOrganization(house);
  agent = await openCompetitor(house);
  taskId = await openCompetition(house, poster.id);
});
afterAll(() => house.close());

/** Another key of the same party. */
async function keyOf({ id }: Member, format: "native" | "nexwork" | "agentwork" | "hex"): Promise<string> {
  const key = makeApiKey(format);
  await house.app.engine.execute(issueKey, { partyId: id, key: storedHalf(key, "member", "test") });
  return key;
}

function expectPrivate({ headers }: Answer): void {
  expect([headers.get("cache-control"), headers.get("vary")]).toEqual(["private, no-store", "Authorization"]);
}

const unauthorized = { code: "UNAUTHORIZED", message: expect.any(String) };

describe("every answer of the Nexwork door", () => {
  it("is private and varies by the key, whether it is good news or bad", async () => {
    const answers = [
      await nexwork.get("/tasks", agent.key),
      await nexwork.get(`/tasks/${taskId}`, agent.key),
      await nexwork.get("/agents/me", agent.key),
      await nexwork.get("/agents/me/tasks", agent.key),
      await nexwork.get("/agents/me/earnings", agent.key),
      await nexwork.propose(await openCompetition(house, poster.id), agent.key),
      await nexwork.get("/tasks?limit=0", agent.key),
      await nexwork.get("/tasks", "nxw_unknown"),
      await nexwork.get("/agents/me"),
      await named.get("/tasks"),
      await nexwork.get("/agents/me", poster.key),
      await nexwork.get(`/tasks/${randomUUID()}`, agent.key),
      await nexwork.get("/agents/nobody", agent.key),
      await nexwork.get("/tasks/%E0%A4%A", agent.key),
      await nexwork.send("DELETE", "/tasks", undefined, { key: agent.key }),
      await named.get("/nothing"),
      await nexwork.deliver(taskId, agent.key),
      await nexwork.deliver(taskId, agent.key, "{"),
      await nexwork.deliver(taskId, agent.key, { content: "x".repeat(1_100_000) }),
      await nexwork.send("POST", `/tasks/${taskId}/propose`, "<a/>", {
        key: agent.key,
        headers: { "Content-Type": "text/xml" },
      }),
    ];
    const statuses = [
      200, 200, 200, 200, 200, 201, 400, 401, 401, 401, 403, 404, 404, 404, 404, 404, 403, 400, 413, 415,
    ];
    expect(answers.map(({ status }) => status)).toEqual(statuses);
    for (const answer of answers) expectPrivate(answer);
    const codes: Readonly<Record<number, string>> = {
      400: "VALIDATION_ERROR",
      401: "UNAUTHORIZED",
      403: "FORBIDDEN",
      404: "NOT_FOUND",
      413: "PAYLOAD_TOO_LARGE",
      415: "UNSUPPORTED_MEDIA_TYPE",
    };
    for (const { status, body } of answers.filter(({ status }) => status >= 400)) {
      expect(body.error).toMatchObject({ code: codes[status], message: expect.stringMatching(/\S/) });
      expect("details" in body.error).toBe(status === 400);
    }
  });
});

describe("approval", () => {
  const requests: readonly (readonly ["GET" | "POST", string, unknown])[] = [
    ["GET", "/tasks", undefined],
    ["GET", "/tasks/:id", undefined],
    ["POST", "/tasks/:id/propose", newProposal],
    ["POST", "/tasks/:id/deliver", { content: "Done." }],
    ["GET", "/agents/me", undefined],
    ["GET", "/agents/me/tasks", undefined],
    ["GET", "/agents/me/earnings", undefined],
  ];

  it.each([
    ["NONE", "none", []],
    ["PENDING", "pending", []],
    ["REJECTED", "pending", ["rejected"]],
    ["SUSPENDED", "pending", ["approved", "suspended"]],
  ] as const)("that is %s shuts every route, and says so", async (approvalStatus, approval, decisions) => {
    const stranger = await openCompetitor(house, { approval });
    for (const decision of decisions) await decide(house, stranger.id, decision);
    for (const door of [nexwork, named]) {
      for (const [method, path, body] of requests) {
        const answer = await door.send(method, path.replace(":id", taskId), body, { key: stranger.key });
        expect([answer.status, path]).toEqual([403, path]);
        expect(answer.body).toEqual({
          error: { code: "FORBIDDEN", message: "This agent is not approved.", details: { approvalStatus } },
        });
        expectPrivate(answer);
      }
    }
  });

  it("counts from the very next request", async () => {
    const newcomer = await openCompetitor(house, { approval: "pending" });
    const status = async () => (await nexwork.get("/agents/me", newcomer.key)).status;
    expect(await status()).toBe(403);
    await decide(house, newcomer.id, "approved");
    expect(await status()).toBe(200);
    await decide(house, newcomer.id, "suspended");
    expect(await status()).toBe(403);
  });

  it("is nothing an organization can have", async () => {
    const key = await keyOf(poster, "nexwork");
    for (const [method, path, body] of requests) {
      const answer = await nexwork.send(method, path.replace(":id", taskId), body, { key });
      expect([answer.status, answer.body.error.code, path]).toEqual([403, "FORBIDDEN", path]);
    }
  });
});

describe("the addresses that Nexwork shares with Agentwork", () => {
  it("answer a client of each with its own tasks, on the same host at the same time", async () => {
    const agentwork = new AgentworkClient(house.url);
    const customer = await agentwork.register();
    const delegated = await agentwork.createTask(customer.key);
    for (const slash of ["", "/"]) {
      const [funded, own] = await Promise.all([
        nexwork.get(`/tasks${slash}`, agent.key),
        nexwork.get(`/tasks${slash}`, customer.key),
      ]);
      expect(funded.body.meta.accessibleCategories).toEqual(["lead_research", "general"]);
      expect(own.body.tasks).toEqual([expect.objectContaining({ task_id: delegated, status: "processing" })]);
      expect((await nexwork.get(`/tasks/${taskId}${slash}`, agent.key)).body.agentContext).toBeDefined();
      expect((await nexwork.get(`/tasks/${delegated}${slash}`, customer.key)).body.task_id).toBe(delegated);
      const crossed = await nexwork.get(`/tasks/${delegated}${slash}`, agent.key);
      expect([crossed.status, crossed.body.error.code]).toEqual([404, "NOT_FOUND"]);
      const back = await nexwork.get(`/tasks/${taskId}${slash}`, customer.key);
      expect([back.status, back.body.status_code, "error" in back.body]).toEqual([404, 404, false]);
    }
  });

  it("go by the look of the key alone: an agent's other keys are Agentwork's there, and Nexwork's under its own name", async () => {
    for (const format of ["native", "agentwork", "hex"] as const) {
      const key = await keyOf(agent, format);
      const shared = await nexwork.get("/tasks", key);
      expect([shared.status, shared.body]).toEqual([200, { tasks: [] }]);
      expect((await named.get("/tasks", key)).body.meta.accessibleCategories).toContain("general");
      expect((await named.get(`/tasks/${taskId}`, key)).body.id).toBe(taskId);
      expect((await nexwork.get("/agents/me", key)).body.id).toBe(agent.id);
    }
    const customer = await new AgentworkClient(house.url).register();
    const nexworkKey = await keyOf(agent, "nexwork");
    const lowerCase = await nexwork.send("GET", "/tasks", undefined, {
      headers: { Authorization: `bearer ${nexworkKey}` },
    });
    expect(lowerCase.body.meta).toBeDefined();
    expect((await named.get("/tasks", customer.key)).status).toBe(403);
  });

  it.each([undefined, "nxw_00000000000000000000000000000000", "aw_live_unknown", "x"])(
    "refuse the key %s in both languages at once",
    async (key) => {
      for (const path of ["/tasks", "/tasks/", `/tasks/${taskId}`, `/tasks/${taskId}/`]) {
        const { status, body } = await nexwork.get(path, key);
        expect(status).toBe(401);
        expect(body).toEqual({ status_code: 401, detail: expect.any(String), error: unauthorized });
        expect(body.detail).toBe(body.error.message);
      }
      expect((await named.get("/tasks", key)).body).toEqual({ error: unauthorized });
      expect((await nexwork.get("/agents/me", key)).body).toEqual({ error: unauthorized });
      expect((await nexwork.propose(taskId, key ?? "")).body).toEqual({ error: unauthorized });
    },
  );

  it("are described in both documents", async () => {
    const native = new NativeClient(house.url);
    const ours = (await native.get("/openapi/nexwork.json")).body;
    const theirs = (await native.get("/openapi/agentwork.json")).body;
    expect(Object.keys(ours.paths).sort()).toEqual([
      "/api/v1/agents/me",
      "/api/v1/agents/me/earnings",
      "/api/v1/agents/me/tasks",
      "/api/v1/subtasks/{id}/context",
      "/api/v1/subtasks/{id}/deliver",
      "/api/v1/subtasks/{id}/messages",
      "/api/v1/tasks",
      "/api/v1/tasks/{id}",
      "/api/v1/tasks/{id}/deliver",
      "/api/v1/tasks/{id}/propose",
    ]);
    for (const operations of Object.values<Record<string, { security?: unknown }>>(ours.paths)) {
      for (const { security } of Object.values(operations)) expect(security).toEqual([{ apiKey: [] }]);
    }
    expect(Object.keys(theirs.paths["/api/v1/tasks"])).toEqual(expect.arrayContaining(["get", "post"]));
    expect(ours.paths["/api/v1/tasks"].post).toBeUndefined();
  });
});

describe("a Nexwork key at the other doors", () => {
  it("is as good as any, and no longer once its agent is suspended", async () => {
    const worker = await openCompetitor(house);
    const wallet = () => new AgentMarketClient(house.url).get("/api/wallet", worker.key);
    const me = () => new NativeClient(house.url).get("/v1/me", worker.key);
    expect([(await wallet()).status, (await me()).body.party.id]).toEqual([200, worker.id]);
    await decide(house, worker.id, "suspended");
    expect([(await wallet()).status, (await me()).body.code]).toEqual([403, "agent_not_approved"]);
  });
});
