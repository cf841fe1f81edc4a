import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueKey } from "../../src/market/issue-key.ts";
import { type KeyFormat, makeApiKey, storedHalf } from "../../src/wire/shared/api-keys.ts";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { type AgentworkAccount, AgentworkClient } from "../support/agentwork-client.ts";
import { ClubClient, claim, type Member, openOrganization, openWorker, submit } from "../support/club-client.ts";
import { Engineer } from "../support/engineer.ts";
import { FilesClient } from "../support/files-client.ts";
import { decide, NexworkClient, openCompetition, openCompetitor, shortlist } from "../support/nexwork-client.ts";
import { aSubtask, ProjectClient } from "../support/project-client.ts";
import type { TestHouse } from "../support/test-house.ts";
import { expectEnvelope, keyHeader } from "./support/envelopes.ts";
import { nativeRules } from "./support/native-rules.ts";
import { organizationOf, postThroughEngine } from "./support/organizations.ts";
import { isWriting, nameOf, openHouseWithRoutes, type Route } from "./support/route-table.ts";
import {
  askForTask,
  mark,
  type Request,
  type Things,
  strangersTable as table,
  type Visitor,
  visitors,
} from "./support/strangers-table.ts";

let house: TestHouse;
let routes: Route[];
let market: AgentMarketClient;
let things: Things;
let owner: Member;
let clubOwner: Member;
let customer: AgentworkAccount;
let competitor: Member;
let teamMember: Member;
let keys: Record<Visitor, string | undefined>;
/** What the same visitors bring to the Nexwork door, where the look of a key chooses the door. */
let nexworkKeys: Record<Visitor, string | undefined>;

beforeAll(async () => {
  ({ house, routes } = await openHouseWithRoutes());
  market = new AgentMarketClient(house.url);
  owner = await market.register({
    price_per_task: 5,
    system_prompt: mark,
    endpoint_url: `https://example.com/${mark}`,
    webhook_url: `https://example.com/hooks/${mark}`,
    owner_email: `${mark}@example.com`,
  });
  const worker = await market.register();
  const openTaskId = await market.postTask(owner.key);
  const assignedTaskId = await market.postTask(owner.key);
  const completedTaskId = await market.postTask(owner.key);
  for (const id of [assignedTaskId, completedTaskId]) await market.post(`/api/tasks/${id}/accept`, worker.key);
  await market.post(`/api/tasks/${completedTaskId}/complete`, worker.key, { result: mark });
  const organization = await organizationOf(house);
  const posterId = organization.id;
  const privateTaskId = await postThroughEngine(house, { posterId, visibility: "private", title: mark });
  things = {
    ownerId: owner.id,
    openTaskId,
    assignedTaskId,
    completedTaskId,
    privateTaskId,
    ...(await setOtherDoors()),
    ...(await setCompetitions(posterId)),
    subtaskId: await setTeam(),
  };
  const revoked = await market.register();
  await house.app.database.reads.query("update api_keys set revoked_at = now() where party_id = $1", [revoked.id]);
  keys = {
    "no key": undefined,
    "malformed key": "not-a-key",
    "revoked key": revoked.key,
    "other agent's key": (await market.register()).key,
    "organization's key": (await organizationOf(house)).key,
  };
  const sentAway = await openCompetitor(house);
  await house.app.database.reads.query("update api_keys set revoked_at = now() where party_id = $1", [sentAway.id]);
  nexworkKeys = {
    "no key": undefined,
    "malformed key": "nxw_not-a-key",
    "revoked key": sentAway.key,
    "other agent's key": (await openCompetitor(house)).key,
    "organization's key": await anotherKey((await organizationOf(house)).id, "nexwork"),
  };
});
afterAll(() => house.close());

async function anotherKey(partyId: string, format: KeyFormat): Promise<string> {
  const key = makeApiKey(format);
  await house.app.engine.execute(issueKey, { partyId, key: storedHalf(key, "member", "test") });
  return key;
}

/** Two tasks that somebody has competed for and works on. */
async function setCompetitions(posterId: string): Promise<Pick<Things, "competingTaskId" | "competedTaskId">> {
  const nexwork = new NexworkClient(house.url);
  competitor = await openCompetitor(house, { categories: ["secret_research"] });
  const wish = { title: mark, description: mark, inputs: { mark } };
  const competingTaskId = await openCompetition(house, posterId, { ...wish, category: "secret_research" });
  const competedTaskId = await openCompetition(house, posterId, { ...wish, category: "general" });
  for (const id of [competingTaskId, competedTaskId]) {
    await nexwork.propose(id, competitor.key, { planText: `${mark} and all the rest of it` });
  }
  await shortlist(house, competedTaskId, competitor);
  await nexwork.deliver(competedTaskId, competitor.key, { content: mark });
  return { competingTaskId, competedTaskId };
}

/** A subtask that somebody works on; what is said of it is marked. */
async function setTeam(): Promise<string> {
  const team = await ProjectClient.open(house);
  teamMember = await team.agent();
  const wish = { title: mark, description: mark };
  const { parts } = await team.project([aSubtask("a", [], wish)], wish);
  const { a = "" } = parts;
  await team.invite(a, teamMember);
  await new NexworkClient(house.url).post(`/subtasks/${a}/messages`, teamMember.key, { content: mark, subtaskId: a });
  return a;
}

/** A task with a solution at each of the other doors, and a file; all that is private is marked. */
async function setOtherDoors(): Promise<Pick<Things, "clubTaskId" | "delegatedTaskId" | "customerEmail" | "fileId">> {
  clubOwner = await openOrganization(house);
  const clubTaskId = await new ClubClient(house.url).postTask(clubOwner.key);
  const clubWorker = await openWorker(house);
  await claim(house, clubTaskId, clubWorker);
  await submit(house, clubTaskId, clubWorker, mark);
  const agentwork = new AgentworkClient(house.url);
  customer = await agentwork.register();
  const delegatedTaskId = await agentwork.createTask(customer.key, { title: mark, description: mark });
  const engineer = await Engineer.hire(house.app);
  await engineer.take(delegatedTaskId);
  await engineer.submit(delegatedTaskId, mark);
  const { body } = await new FilesClient(house.url, customer.key).upload(mark, { name: `${mark}.txt` });
  return { clubTaskId, delegatedTaskId, customerEmail: customer.email, fileId: body.file.id };
}

interface TextAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

async function send(
  { method, prefix, door }: Pick<Route, "method" | "prefix" | "door">,
  { path, body, headers = {} }: Request,
  key?: string,
): Promise<TextAnswer> {
  const type: Record<string, string> = body === undefined ? {} : { "Content-Type": "application/json" };
  const response = await fetch(`${house.url}${prefix}${path}`, {
    method,
    headers: { ...type, ...keyHeader(door, key), ...headers },
    body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
  });
  const contentType = response.headers.get("content-type") ?? "";
  return { status: response.status, contentType, text: await response.text() };
}

/** What the owners can see of what is theirs; nothing a stranger does may change it. */
async function ownersView(): Promise<unknown> {
  const { openTaskId, assignedTaskId, completedTaskId, clubTaskId, delegatedTaskId, fileId } = things;
  const { competingTaskId, competedTaskId } = things;
  const views: [Route["door"], string, string][] = [
    ...["/api/agents/me", "/api/agents/me/webhook", "/api/wallet"].map(seenByOwner),
    ...[openTaskId, assignedTaskId, completedTaskId].map((id) => seenByOwner(`/api/tasks/${id}`)),
    ...[competingTaskId, competedTaskId].map((id): [Route["door"], string, string] => [
      "nexwork",
      `/api/v1/tasks/${id}`,
      competitor.key,
    ]),
    ...["context", "messages"].map((what): [Route["door"], string, string] => [
      "nexwork",
      `/api/v1/subtasks/${things.subtaskId}/${what}`,
      teamMember.key,
    ]),
    ["club", `/api/agent/v1/tasks/${clubTaskId}`, clubOwner.key],
    ["agentwork", `/api/v1/tasks/${delegatedTaskId}`, customer.key],
    ["native", "/v1/me", customer.key],
  ];
  const seen = await Promise.all(
    views.map(([door, path, key]) => send({ method: "GET", prefix: "", door }, { path }, key)),
  );
  for (const { status, text } of seen) expect(status, text).toBe(200);
  const link = await new FilesClient(house.url, customer.key).link(fileId);
  // Written down every half a minute, of the owner's own looking.
  const still = seen.map(({ text }) => text.replaceAll(/"last_used_at":("[^"]*"|null)/g, '"last_used_at":null'));
  return [still, link.status];
}

function seenByOwner(path: string): [Route["door"], string, string] {
  return ["agentmarket", path, owner.key];
}

describe("strangers at every route", () => {
  it("has every route of the server in this table or in that of the native API, and none in both or that is gone", () => {
    const served = new Set(routes.filter(({ method }) => method !== "HEAD").map(nameOf));
    expect(served.size).toBeGreaterThan(60);
    const native = Object.keys(nativeRules).map((name) => name.replaceAll(/\{(\w+)\}/g, ":$1"));
    expect([...native, ...Object.keys(table)].sort()).toEqual([...served].sort());
  });

  it.each(["agentmarket", "agentwork", "club", "nexwork"])(
    "mounts every route of the %s door twice, with the same demand for a key",
    (door) => {
      const [documented, named] = ["", `/${door}`].map((prefix) =>
        routes
          .filter((route) => route.door === door && route.prefix === prefix)
          .map((route) => `${nameOf(route)} ${route.requiresKey}`)
          .sort(),
      );
      expect(documented?.length).toBeGreaterThan(3);
      expect(named).toEqual(documented);
      const elsewhere = routes.filter(({ prefix }) => prefix === `/${door}`).filter((route) => route.door !== door);
      expect(elsewhere).toEqual([]);
    },
  );

  it.each(visitors)(
    "answers %s as the table says, tells nothing private and changes nothing of others",
    async (visitor) => {
      const before = await ownersView();
      for (const route of routes) {
        const rows = [table[nameOf({ ...route, method: route.method === "HEAD" ? "GET" : route.method })] ?? []].flat();
        for (const row of rows) {
          const request = row.request(things);
          const answer = await send(route, request, (route.door === "nexwork" ? nexworkKeys : keys)[visitor]);
          const where = `${route.method} ${route.prefix}${request.path} with ${visitor}`;
          expect(answer.status, where).toBe(row.expected[visitors.indexOf(visitor)]);
          expect(answer.text, where).not.toContain(mark);
          if (answer.status >= 400 && route.method !== "HEAD") expectEnvelope(route, answer, where);
        }
      }
      expect(await ownersView()).toEqual(before);
      await house.expectLedgerToBalance();
    },
  );

  it.each(["pending", "rejected", "suspended"] as const)(
    "answers an agent whose approval is %s with 403 wherever a key is needed, whatever its key looks like",
    async (approval) => {
      const agent = await openCompetitor(house, { approval: "pending" });
      const plainKey = await anotherKey(agent.id, "native");
      if (approval !== "pending") await decide(house, agent.id, approval);
      for (const route of routes.filter(({ requiresKey }) => requiresKey)) {
        const path = route.path.replace(":id", things.openTaskId);
        const key = route.door === "nexwork" ? agent.key : plainKey;
        const answer = await send(route, { path, ...(isWriting(route) ? { body: {} } : {}) }, key);
        const where = `${nameOf(route)} by an agent that is ${approval}: ${answer.text}`;
        expect(answer.status, where).toBe(403);
        if (route.method === "HEAD") continue;
        if (route.door === "nexwork") {
          expect(JSON.parse(answer.text).error.details).toEqual({ approvalStatus: approval.toUpperCase() });
        } else expect(answer.text, where).toMatch(/not approved/);
      }
    },
  );

  it("does let the owner do and see what the others could not", async () => {
    const self = await market.get("/api/agents/me", owner.key);
    expect(JSON.stringify(self.body)).toContain(mark);
    expect((await market.get(`/api/tasks/${things.completedTaskId}`, owner.key)).body.data.result).toBe(mark);
    const seen = [
      await send(
        { method: "GET", prefix: "", door: "nexwork" },
        { path: `/api/v1/subtasks/${things.subtaskId}/messages` },
        teamMember.key,
      ),
      await send(
        { method: "GET", prefix: "", door: "nexwork" },
        { path: `/api/v1/tasks/${things.competedTaskId}` },
        competitor.key,
      ),
      await send(
        { method: "GET", prefix: "", door: "club" },
        { path: `/api/agent/v1/tasks/${things.clubTaskId}` },
        clubOwner.key,
      ),
      await send(
        { method: "GET", prefix: "", door: "agentwork" },
        { path: `/api/v1/tasks/${things.delegatedTaskId}/result` },
        customer.key,
      ),
      await send({ method: "POST", prefix: "", door: "mcp" }, askForTask(things.delegatedTaskId), customer.key),
    ];
    for (const { status, text } of seen) expect([status, text]).toEqual([200, expect.stringContaining(mark)]);
  });
});
