import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CompetitionClient } from "../support/competition-client.ts";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { aSubtask, ProjectClient } from "../support/project-client.ts";
import { startedRun } from "../support/started-run.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { type Rule, nativeRules as rules, type Scene } from "./support/native-rules.ts";

/**
 * Every route of the native API × {no key, revoked key, stranger's key, wrong role}. The routes come from the document
 * that the server makes of itself; one that is missing here fails.
 */

/** In the table of `strangers.test.ts`. */
const elsewhere = /^\/v1\/(files|auth|me\/|users|organizations|memberships)/;

let house: TestHouse;
let market: NativeClient;
let scene: Scene;
let poster: Member;
let worker: Member;
let admin: Member;
let stranger: Member;
let revoked: string;
let documented: string[];

beforeAll(async () => {
  house = await openTestHouse();
  market = new NativeClient(house.url);
  poster = await foundOrganization(house);
  stranger = await foundOrganization(house);
  const operator = await foundOrganization(house);
  worker = await market.createAgent(operator.key);
  const taskId = await market.postTask(poster.key, { intake: "direct", agent_id: worker.id, description: "Private." });
  const { body } = await market.post("/v1/work/next", worker.key);
  const { body: key } = await market.post("/v1/keys", poster.key);
  const { body: hook } = await market.post("/v1/webhooks", poster.key, { url: "https://example.com/hook" });
  const { body: ping } = await market.post(`/v1/webhooks/${hook.webhook.id}/test`, poster.key);
  const competition = await CompetitionClient.open(house);
  admin = competition.admin;
  const agent = await competition.approvedAgent();
  const proposalId = await competition.propose(await competition.postTask(), agent, { sample_output: "Private." });
  const { taskId: disputedId } = await competition.delivered(agent);
  const wrong = { reason: "Private." };
  const { dispute } = await competition.expect(200, `/v1/tasks/${disputedId}/dispute`, competition.poster.key, wrong);
  const { body: deposit } = await market.post("/v1/wallet/deposits", poster.key, { amount: 1, reference: "Private." });
  const team = await ProjectClient.open(house);
  const secret = { title: "Private.", description: "Private." };
  const body100 = { ...secret, budget: 100, plan: { subtasks: [aSubtask("a", [], { ...secret, budget: 100 })] } };
  const { project, added } = await team.expect(201, "/v1/projects", poster.key, body100);
  const member = await team.agent({ auto_accept: false });
  const { invitation } = await team.expect(200, `/v1/subtasks/${added.a}/invite`, poster.key, { agent_id: member.id });
  await team.expect(201, `/v1/subtasks/${added.a}/messages`, poster.key, { content: "Private." });
  scene = {
    runId: (await startedRun(house, market, poster, worker)).id,
    projectId: project.id,
    subtaskId: added.a,
    invitationId: invitation.id,
    taskId,
    assignmentId: body.assignment.id,
    agentId: worker.id,
    keyId: key.key.id,
    webhookId: hook.webhook.id,
    deliveryId: ping.delivery.id,
    proposalId,
    disputeId: dispute.id,
    cashRequestId: deposit.request.id,
  };
  const doomed = (await market.post("/v1/keys", poster.key)).body;
  await market.send("DELETE", `/v1/keys/${doomed.key.id}`, undefined, { key: poster.key });
  revoked = doomed.api_key;
  const { paths } = (await market.get("/openapi.json")).body;
  documented = Object.entries<object>(paths).flatMap(([path, methods]) =>
    elsewhere.test(path) ? [] : Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
});
afterAll(() => house.close());

async function call(route: string, { id, body }: Rule, key: string | undefined) {
  const [method = "", path = ""] = route.split(" ");
  const sent = body === undefined && method === "POST" ? {} : body;
  const address = id === undefined ? path : path.replace("{id}", scene[id]).replace("{deliveryId}", scene.deliveryId);
  return market.send(method, address, sent, { key });
}

describe("every route of the native API", () => {
  it("is in this table", () => {
    expect(documented.sort()).toEqual(Object.keys(rules).sort());
  });

  it("refuses a request without a key, with a wrong one and with a revoked one, by a problem document", async () => {
    for (const [route, rule] of Object.entries(rules)) {
      for (const key of [undefined, "gh_live_wrong", revoked]) {
        const { status, headers, body } = await call(route, rule, key);
        expect([route, status, body.code]).toEqual([route, 401, key === undefined ? "key_missing" : "key_invalid"]);
        expect(headers.get("content-type")).toContain("application/problem+json");
        expect(body).toMatchObject({ type: "about:blank", title: "Unauthorized", status: 401 });
        expect(body.request_id).toBe(headers.get("x-request-id"));
      }
    }
  });

  it("shows a stranger nothing private and lets it do nothing", async () => {
    const before = await market.get(`/v1/tasks/${scene.taskId}`, poster.key);
    for (const [route, rule] of Object.entries(rules)) {
      const { status, body } = await call(route, rule, stranger.key);
      expect([route, status]).toEqual([route, rule.stranger]);
      const said = JSON.stringify(body);
      if (rule.id !== "agentId") expect([route, said.includes(scene.taskId)]).toEqual([route, false]);
      expect([route, said.includes("Private.")]).toEqual([route, false]);
    }
    const after = await market.get(`/v1/tasks/${scene.taskId}`, poster.key);
    expect(after.body).toEqual(before.body);
  });

  it("refuses those who are involved, but in another role", async () => {
    for (const [route, rule] of Object.entries(rules)) {
      if (rule.wrongRole === undefined) continue;
      const { status } = await call(route, rule, rule.wrongRole.as === "worker" ? worker.key : poster.key);
      expect([route, status]).toEqual([route, rule.wrongRole.status]);
    }
  });

  it("tells strangers of a public task that they are not its poster", async () => {
    const taskId = await market.postTask(poster.key);
    for (const [verb, body] of [
      ["answer", { content: "A" }],
      ["approve", {}],
      ["request-revision", {}],
      ["reject", {}],
      ["cancel", {}],
      ["close-intake", {}],
      ["reopen", {}],
    ] as const) {
      const answer = await market.post(`/v1/tasks/${taskId}/${verb}`, stranger.key, body);
      expect([verb, answer.body.code]).toEqual([verb, "not_poster"]);
    }
    const own = await market.post(`/v1/tasks/${taskId}/claim`, poster.key);
    expect(own.body).toMatchObject({ status: 403, code: "own_task" });
  });

  it("takes what is no id for something that is not there", async () => {
    for (const [route, rule] of Object.entries(rules)) {
      if (rule.id === undefined) continue;
      for (const id of ["1", "not-an-id", crypto.randomUUID(), "%00", "..%2f..%2fetc"]) {
        const [method = "", path = ""] = route.split(" ");
        const sent = rule.body ?? (method === "POST" ? {} : undefined);
        const { key } = rule.isAdmins === true ? admin : poster;
        const { status } = await market.send(method, path.replace("{id}", id), sent, { key });
        expect([route, id, status]).toEqual([route, id, 404]);
      }
    }
  });
});

describe("the document", () => {
  it("is OpenAPI 3.1 with a stable name, a summary and a group for every operation, and the key where it is needed", async () => {
    const { body } = await market.get("/openapi.json");
    expect(body.openapi).toBe("3.1.0");
    const operations = Object.entries<Record<string, Record<string, unknown>>>(body.paths)
      .filter(([path]) => !elsewhere.test(path))
      .flatMap(([, methods]) => Object.values(methods));
    const names = operations.map(({ operationId }) => operationId);
    expect(names).toEqual(expect.arrayContaining(["postTask", "claimTask", "nextWork", "submitWork", "getMe"]));
    expect(new Set(names).size).toBe(names.length);
    for (const { operationId, summary, tags, security } of operations) {
      expect([operationId, typeof summary, Array.isArray(tags), security]).toEqual([
        operationId,
        "string",
        true,
        [{ apiKey: [] }],
      ]);
    }
    expect(body.paths["/v1/tasks"].post.requestBody.required).toBe(true);
    expect(body.paths["/v1/tasks/{id}/claim"].post.requestBody.required).toBe(false);
    const { schemas } = body.components;
    expect(Object.keys(schemas)).toEqual(
      expect.arrayContaining(["Task", "Assignment", "TaskEvent", "Agent", "Problem"]),
    );
    const text = JSON.stringify(body);
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      expect(Object.keys(schemas)).toContain(name);
    }
  });
});
