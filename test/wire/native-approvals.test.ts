import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CompetitionClient } from "../support/competition-client.ts";
import { foundOrganization, type Member, type NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let competition: CompetitionClient;
let market: NativeClient;
let admin: Member;
let operator: Member;

beforeAll(async () => {
  house = await openTestHouse();
  competition = await CompetitionClient.open(house);
  ({ market, admin, operator } = competition);
});
afterAll(() => house.close());

const decide = (agentId: string, verb: "approve" | "reject" | "suspend", body: unknown = {}, key = admin.key) =>
  market.post(`/v1/admin/agents/${agentId}/${verb}`, key, body);
const register = (body: Record<string, unknown> = {}) =>
  market.post("/v1/agents", operator.key, { name: "Ada", dialect: "nexwork", ...body });

describe("an agent that an operator registers for Nexwork", () => {
  it("has a key at once, and waits", async () => {
    const { status, body } = await register({ categories: ["lead_research"], task_force: true });
    expect(status).toBe(201);
    expect(body.api_key).toMatch(/^nxw_[0-9A-Za-z]{32}$/);
    expect(body.agent).toMatchObject({
      approval: "pending",
      task_force: true,
      categories: ["lead_research"],
      organization_id: operator.id,
      reputation_score: null,
      reputation: { rating: null, rating_count: 0, acceptance_rate: null, on_time_rate: null },
    });
    const me = await market.get("/v1/me", body.api_key);
    expect(me.body).toMatchObject({ status: 403, code: "agent_not_approved", approval_status: "pending" });
    const { data } = (await market.get("/v1/admin/agents?approval=pending", admin.key)).body;
    expect(body.agent).toMatchObject(data[0]);
  });

  it("gets the same key again when the request is repeated, and keys of its kind afterwards", async () => {
    const retry = crypto.randomUUID();
    const make = () => market.post("/v1/agents", operator.key, { name: "Twin", dialect: "nexwork" }, retry);
    const [first, second] = [await make(), await make()];
    expect(second.body).toEqual(first.body);
    const another = await market.post("/v1/keys", operator.key, { format: "nxw", agent_id: first.body.agent.id });
    expect(another.body.api_key).toMatch(/^nxw_/);
    const rotated = await market.post(`/v1/keys/${another.body.key.id}/rotate`, operator.key);
    expect(rotated.body.api_key).toMatch(/^nxw_/);
  });

  it("is not registered in a dialect that there is none of, nor with half a yes", async () => {
    expect((await register({ dialect: "club" })).body.errors[0].pointer).toBe("#/dialect");
    expect((await register({ task_force: "yes" })).body.errors[0].pointer).toBe("#/task_force");
  });

  it("can be opted into work in teams and out of it later", async () => {
    const agent = await market.createAgent(operator.key);
    const change = (task_force: boolean) =>
      market.send("PATCH", `/v1/agents/${agent.id}`, { task_force }, { key: operator.key });
    expect((await change(true)).body.agent.task_force).toBe(true);
    const renamed = await market.send("PATCH", `/v1/agents/${agent.id}`, { name: "Bob" }, { key: operator.key });
    expect(renamed.body.agent).toMatchObject({ name: "Bob", task_force: true });
    expect((await change(false)).body.agent.task_force).toBe(false);
  });
});

describe("an admin", () => {
  it("lets an agent in, sends it away at its next request, and lets it in again", async () => {
    const { agent, api_key: key } = (await register()).body;
    const approved = await decide(agent.id, "approve", { reason: "Known." });
    expect([approved.status, approved.body]).toMatchObject([
      200,
      {
        agent: { id: agent.id, approval: "approved" },
        decision: { agent_id: agent.id, approval: "approved", reason: "Known.", decided_by_id: admin.id },
      },
    ]);
    expect((await market.get("/v1/me", key)).status).toBe(200);
    await decide(agent.id, "suspend", { reason: "Spam." });
    expect((await market.get("/v1/me", key)).body).toMatchObject({ status: 403, approval_status: "suspended" });
    await decide(agent.id, "approve");
    expect((await market.get("/v1/me", key)).status).toBe(200);
    const { approval_decisions: told } = (await market.get(`/v1/agents/${agent.id}`, operator.key)).body;
    expect(told.map((each: { approval: string; reason: string }) => [each.approval, each.reason])).toEqual([
      ["approved", null],
      ["suspended", "Spam."],
      ["approved", "Known."],
    ]);
    const stranger = await foundOrganization(house);
    expect((await market.get(`/v1/agents/${agent.id}`, stranger.key)).body.approval_decisions).toBeUndefined();
  });

  it("turns away only who waits, and says nothing twice", async () => {
    const { agent } = (await register()).body;
    expect((await decide(agent.id, "reject", { reason: "No." })).body.agent.approval).toBe("rejected");
    for (const verb of ["reject", "suspend"] as const) {
      const again = await decide(agent.id, verb);
      expect(again.body).toMatchObject({ status: 409, code: "approval_wrong_state", approval_status: "rejected" });
    }
    expect((await decide(agent.id, "approve")).body.agent.approval).toBe("approved");
    expect((await decide(agent.id, "approve")).body).toMatchObject({ status: 409, code: "approval_wrong_state" });
  });

  it("decides on agents alone", async () => {
    for (const id of [operator.id, crypto.randomUUID(), "none"]) {
      expect((await decide(id, "approve")).body).toMatchObject({ status: 404, code: "agent_not_found" });
    }
    const { agent } = (await register()).body;
    expect((await decide(agent.id, "approve", { reason: 5 })).body.errors[0].pointer).toBe("#/reason");
    for (const { key } of [operator, competition.poster]) {
      for (const verb of ["approve", "reject", "suspend"] as const) {
        expect((await decide(agent.id, verb, {}, key)).body).toMatchObject({ status: 403, code: "not_allowed" });
      }
      expect((await market.get("/v1/admin/agents", key)).body).toMatchObject({ status: 403, code: "not_allowed" });
    }
  });

  it("has the answer again for a repeated request, and one record of it", async () => {
    const { agent } = (await register()).body;
    const retry = crypto.randomUUID();
    const approve = () => market.post(`/v1/admin/agents/${agent.id}/approve`, admin.key, { reason: "Known." }, retry);
    const [first, second] = [await approve(), await approve()];
    expect([first.status, second.body]).toEqual([200, first.body]);
    expect((await market.get(`/v1/agents/${agent.id}`, admin.key)).body.approval_decisions).toHaveLength(1);
  });

  it("lists agents of each standing, page by page", async () => {
    const all: string[] = [];
    for (const approval of ["none", "pending", "approved", "rejected", "suspended"]) {
      for (let cursor = ""; ; ) {
        const { body } = await market.get(`/v1/admin/agents?approval=${approval}&limit=1${cursor}`, admin.key);
        for (const agent of body.data) expect(agent.approval).toBe(approval);
        all.push(...body.data.map(({ id }: { id: string }) => id));
        if (body.next_cursor === null) break;
        cursor = `&cursor=${body.next_cursor}`;
      }
    }
    const whole = (await market.get("/v1/admin/agents?limit=100", admin.key)).body.data;
    expect(all.sort()).toEqual(whole.map(({ id }: { id: string }) => id).sort());
    expect((await market.get("/v1/admin/agents?approval=lost", admin.key)).body.errors[0].parameter).toBe("approval");
  });
});

it("nobody's money is held for an agent that may not work: it waits for approval, or was sent away", async () => {
  const before = await competition.centsOf(competition.poster);
  const { id, key } = await competition.approvedAgent();
  await decide(id, "suspend");
  const pending = (await register()).body.agent;
  for (const agent of [id, pending.id]) {
    const direct = { title: "t", description: "d", budget: 25, currency: "usd", intake: "direct", agent_id: agent };
    const refused = await market.post("/v1/tasks", competition.poster.key, direct);
    expect(refused.body).toMatchObject({ status: 403, code: "agent_not_approved" });
  }
  expect(await competition.centsOf(competition.poster)).toBe(before);
  expect((await market.get("/v1/me", key)).status).toBe(403);
});

describe("a paused agent", () => {
  const pause = (agent: Member, paused: boolean, key = operator.key) =>
    market.send("PATCH", `/v1/agents/${agent.id}`, { paused }, { key });
  const refusal = { status: 403, code: "agent_paused" };

  it("takes nothing new by its own key and is sent nothing, but is given back what it has begun", async () => {
    const agent = await competition.approvedAgent();
    const begun = await market.postTask(competition.poster.key, { intake: "direct", agent_id: agent.id });
    const { assignment } = (await market.post("/v1/work/next", agent.key, {})).body;
    const [waits, board, competed] = [
      await market.postTask(competition.poster.key, { intake: "direct", agent_id: agent.id }),
      await market.postTask(competition.poster.key),
      await competition.postTask(),
    ];
    expect((await pause(agent, true)).body.agent.paused).toBe(true);

    for (const taskId of [waits, board]) {
      expect((await market.post(`/v1/tasks/${taskId}/claim`, agent.key)).body).toMatchObject(refusal);
    }
    expect((await market.post("/v1/work/next", agent.key, { include: "board" })).body).toMatchObject(refusal);
    const proposal = { plan: "I read the brief and do it.", confidence: 0.5, amount: 4_000, estimated_hours: 1 };
    expect((await market.post(`/v1/tasks/${competed}/proposals`, agent.key, proposal)).body).toMatchObject(refusal);
    const direct = { title: "t", description: "d", budget: 25, currency: "usd", intake: "direct", agent_id: agent.id };
    expect((await market.post("/v1/tasks", competition.poster.key, direct)).body).toMatchObject(refusal);

    const at = `/v1/assignments/${assignment.id}`;
    expect((await market.post(`${at}/heartbeat`, agent.key)).status).toBe(200);
    expect((await market.post(`${at}/submit`, agent.key, { text: "Done." })).status).toBe(200);
    await market.post(`/v1/tasks/${begun}/request-revision`, competition.poster.key, { reason: "Shorter." });
    const resumed = await market.post("/v1/work/next", agent.key, {});
    expect(resumed.body).toMatchObject({ assignment: { id: assignment.id } });
    expect((await market.post(`${at}/submit`, agent.key, { text: "Done" })).status).toBe(200);

    expect((await pause(agent, false, agent.key)).body).toMatchObject({ status: 403, code: "not_allowed" });
    expect((await pause(agent, false)).body.agent.paused).toBe(false);
    expect((await market.post("/v1/work/next", agent.key, {})).body.task.id).toBe(waits);
    await competition.expect(200, `/v1/tasks/${board}/cancel`, competition.poster.key);
  });

  it("that was waiting for work leaves it to the next who waits", async () => {
    const [agent, next] = [await market.createAgent(operator.key), await market.createAgent(operator.key)];
    const wish = { wait_seconds: 10, capabilities: ["pausing"] };
    const seats = house.app.workFeed.seatCount;
    const waiting = market.post("/v1/work/next", agent.key, wish);
    await expect.poll(() => house.app.workFeed.seatCount).toBe(seats + 1);
    const behind = market.post("/v1/work/next", next.key, wish);
    await expect.poll(() => house.app.workFeed.seatCount).toBe(seats + 2);
    await pause(agent, true);
    const taskId = await market.postTask(competition.poster.key, { required_capabilities: ["pausing"] });
    expect((await behind).body.task.id).toBe(taskId);
    expect((await waiting).body).toMatchObject(refusal);
  });
});
