import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let market: NativeClient;
let owner: Member;
let admin: Member;

beforeAll(async () => {
  house = await openTestHouse();
  market = new NativeClient(house.url);
  owner = await foundOrganization(house);
  admin = await foundOrganization(house, "admin");
});
afterAll(() => house.close());

const status = async (key: string): Promise<number> => (await market.get("/v1/me", key)).status;

describe("who I am", () => {
  it("is told by my key", async () => {
    const agent = await market.createAgent(owner.key, { name: "Ada" });
    const { body } = await market.get("/v1/me", agent.key);
    expect(body).toMatchObject({
      party: { id: agent.id, kind: "agent", name: "Ada", organization_id: owner.id, engineer: "none" },
      key: { label: "First key", role: "member", prefix: agent.key.slice(0, 12) },
      user: null,
    });
  });
});

describe("keys", () => {
  it("are made in both formats, shown once, listed without the secret and revoked", async () => {
    for (const format of ["gh_live", "aw_live"]) {
      const made = await market.post("/v1/keys", owner.key, { label: "CI", format });
      expect(made.status).toBe(201);
      expect(made.body.api_key).toMatch(new RegExp(`^${format}_[0-9A-Za-z]{32}$`));
      expect(await status(made.body.api_key)).toBe(200);
      const listed = await market.get("/v1/keys", owner.key);
      expect(listed.body.data[0]).toEqual(made.body.key);
      expect(JSON.stringify(listed.body)).not.toContain(made.body.api_key);
      const revoked = await market.send("DELETE", `/v1/keys/${made.body.key.id}`, undefined, { key: owner.key });
      expect([revoked.status, revoked.body]).toEqual([204, ""]);
      expect(await status(made.body.api_key)).toBe(401);
      expect((await market.get("/v1/keys", owner.key)).body.data).not.toContainEqual(made.body.key);
      const again = await market.send("DELETE", `/v1/keys/${made.body.key.id}`, undefined, { key: owner.key });
      expect(again.body.code).toBe("key_not_found");
    }
  });

  it("are replaced by rotation: the old one stops, the new one is like it, and a retry gets the same", async () => {
    const old = (await market.post("/v1/keys", owner.key, { label: "Old", format: "aw_live" })).body;
    const retry = crypto.randomUUID();
    const rotated = await market.post(`/v1/keys/${old.key.id}/rotate`, owner.key, undefined, retry);
    expect(rotated.status).toBe(201);
    expect(rotated.body.key).toMatchObject({ label: "Old", role: "member" });
    expect(rotated.body.api_key).toMatch(/^aw_live_/);
    expect([await status(old.api_key), await status(rotated.body.api_key)]).toEqual([401, 200]);
    const again = await market.post(`/v1/keys/${old.key.id}/rotate`, owner.key, undefined, retry);
    expect(again.body).toEqual(rotated.body);
    const without = await market.post(`/v1/keys/${old.key.id}/rotate`, owner.key);
    expect(without.status).toBe(404);
  });

  it("of an agent are its operator's to make and revoke, and nobody else's", async () => {
    const agent = await market.createAgent(owner.key);
    const made = await market.post("/v1/keys", owner.key, { agent_id: agent.id });
    expect((await market.get("/v1/me", made.body.api_key)).body.party.id).toBe(agent.id);
    expect((await market.get(`/v1/keys?agent_id=${agent.id}`, owner.key)).body.data).toHaveLength(2);
    const other = await foundOrganization(house);
    expect((await market.post("/v1/keys", other.key, { agent_id: agent.id })).body.code).toBe("agent_not_found");
    expect((await market.get(`/v1/keys?agent_id=${agent.id}`, other.key)).status).toBe(404);
    const revoked = await market.send("DELETE", `/v1/keys/${made.body.key.id}`, undefined, { key: owner.key });
    expect(revoked.status).toBe(204);
  });

  it("of an administrator are made by administrators only", async () => {
    expect((await market.post("/v1/keys", owner.key, { role: "admin" })).body.code).toBe("not_allowed");
    const made = await market.post("/v1/keys", admin.key, { role: "admin" });
    expect(made.body.key.role).toBe("admin");
    const member = await market.post("/v1/keys", admin.key, {});
    const refused = await market.send("DELETE", `/v1/keys/${made.body.key.id}`, undefined, {
      key: member.body.api_key,
    });
    expect(refused.body).toMatchObject({ status: 403, code: "not_allowed" });
    const rotated = await market.post(`/v1/keys/${made.body.key.id}/rotate`, member.body.api_key);
    expect(rotated.status).toBe(403);
  });
});

describe("agents", () => {
  it("are registered by an organization, which operates them", async () => {
    const made = await market.post("/v1/agents", owner.key, {
      name: "Writer",
      description: "Writes.",
      capabilities: ["writing"],
      categories: ["text"],
      price_per_task: 5,
      endpoint_url: "https://agents.example.com/run",
      engineer: true,
      owner_email: `${crypto.randomUUID()}@Example.com`,
    });
    expect(made.status).toBe(201);
    expect(made.body.agent).toMatchObject({
      name: "Writer",
      organization_id: owner.id,
      engineer: "organization",
      capabilities: ["writing"],
      endpoint_url: "https://agents.example.com/run",
      reputation_score: null,
    });
    const seen = await market.get(`/v1/agents/${made.body.agent.id}`, admin.key);
    expect(seen.body).toEqual({ agent: made.body.agent, approval_decisions: [] });
    const stranger = await foundOrganization(house);
    const { agent } = (await market.get(`/v1/agents/${made.body.agent.id}`, stranger.key)).body;
    expect(Object.keys(agent)).not.toContain("endpoint_url");
    expect(Object.keys(agent)).not.toContain("owner_email");
  });

  it("are engineers of the platform only if an administrator says so", async () => {
    const refused = await market.post("/v1/agents", owner.key, { name: "E", engineer: "platform" });
    expect(refused.body).toMatchObject({ status: 403, code: "not_allowed" });
    const made = await market.post("/v1/agents", admin.key, { name: "E", engineer: "platform" });
    expect(made.body.agent.engineer).toBe("platform");
  });

  it("cannot register agents, nor make themselves engineers", async () => {
    const agent = await market.createAgent(owner.key);
    expect((await market.post("/v1/agents", agent.key, { name: "Child" })).status).toBe(403);
    const self = await market.send("PATCH", `/v1/agents/${agent.id}`, { engineer: true }, { key: agent.key });
    expect(self.status).toBe(403);
    const by = await market.send("PATCH", `/v1/agents/${agent.id}`, { engineer: true }, { key: owner.key });
    expect(by.body.agent.engineer).toBe("organization");
  });

  it("are changed field by field, by themselves, their operator or an administrator", async () => {
    const agent = await market.createAgent(owner.key, { description: "Old.", capabilities: ["a"] });
    for (const { key } of [agent, owner, admin]) {
      const description = crypto.randomUUID();
      const changed = await market.send("PATCH", `/v1/agents/${agent.id}`, { description }, { key });
      expect(changed.body.agent).toMatchObject({ description, capabilities: ["a"], name: "Agent" });
    }
    const stranger = await foundOrganization(house);
    const refused = await market.send(
      "PATCH",
      `/v1/agents/${agent.id}`,
      { description: "Hacked" },
      { key: stranger.key },
    );
    expect(refused.status).toBe(403);
    const inside = { endpoint_url: "https://127.0.0.1/" };
    expect((await market.send("PATCH", `/v1/agents/${agent.id}`, inside, { key: owner.key })).status).toBe(400);
  });

  it("are found in the directory by capability, page by page", async () => {
    const made: string[] = [];
    for (let index = 0; index < 5; index++) {
      made.unshift((await market.createAgent(owner.key, { capabilities: ["juggling"] })).id);
    }
    const seen: string[] = [];
    let path: string | null = "/v1/agents?capability=juggling&limit=2";
    while (path !== null) {
      const { body } = await market.get(path, owner.key);
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      path = body.next_cursor === null ? null : `/v1/agents?capability=juggling&limit=2&cursor=${body.next_cursor}`;
    }
    expect(seen).toEqual(made);
  });
});

describe("a wallet", () => {
  it("tells what is there, what is held, and how it came about, line by line and as CSV", async () => {
    const poster = await foundOrganization(house);
    const first = await market.postTask(poster.key, { budget: 300 });
    await market.postTask(poster.key, { budget: 200 });
    await market.post(`/v1/tasks/${first}/cancel`, poster.key);
    const { body } = await market.get("/v1/wallet", poster.key);
    expect(body).toEqual({
      party_id: poster.id,
      balances: [
        { currency: "usd", balance: 99_800, held: 200 },
        { currency: "credits", balance: 0, held: 0 },
      ],
    });
    const statement = (await market.get("/v1/wallet/transfers?limit=3", poster.key)).body;
    expect(statement.data).toMatchObject([
      { kind: "refund", direction: "in", amount: 300, balance: 99_800, task_id: first, currency: "usd" },
      { kind: "hold", direction: "out", amount: 200, balance: 99_500 },
      { kind: "hold", direction: "out", amount: 300, balance: 99_700, task_id: first },
    ]);
    const rest = await market.get(`/v1/wallet/transfers?currency=usd&cursor=${statement.next_cursor}`, poster.key);
    expect(rest.body).toMatchObject({ data: [{ kind: "grant", balance: 100_000 }], next_cursor: null });
    expect((await market.get("/v1/wallet/transfers?currency=credits", poster.key)).body.data).toEqual([]);
    const csv = await market.get("/v1/wallet/transfers", poster.key, { Accept: "text/csv" });
    expect(csv.headers.get("content-type")).toContain("text/csv");
    const lines = csv.body.trim().split("\r\n");
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe("id,at,kind,direction,amount,currency,balance,task_id");
    expect(lines[1]).toContain(`,refund,in,300,usd,99800,${first}`);
  });
});

describe("the board", () => {
  it("is searched by state, currency, capability and category; one's own by what was posted or worked on", async () => {
    const poster = await foundOrganization(house);
    const worker = await market.createAgent(owner.key);
    const wanted = await market.postTask(poster.key, { category: "baking", required_capabilities: ["bread"] });
    const other = await market.postTask(poster.key, { category: "baking" });
    const ids = async (query: string, key = owner.key): Promise<string[]> =>
      (await market.get(`/v1/tasks?${query}`, key)).body.data.map(({ id }: { id: string }) => id);
    expect(await ids("category=baking")).toEqual([other, wanted]);
    expect(await ids("category=baking&capability=bread")).toEqual([wanted]);
    expect(await ids("category=baking&currency=credits")).toEqual([]);
    await market.post(`/v1/tasks/${wanted}/claim`, worker.key);
    expect(await ids("category=baking")).toEqual([other]);
    expect(await ids("category=baking&state=in_progress")).toEqual([wanted]);
    expect(await ids("mine=worked", worker.key)).toEqual([wanted]);
    expect(await ids("mine=posted", poster.key)).toEqual([other, wanted]);
    expect(await ids("mine=posted&state=open", poster.key)).toEqual([other]);
    const page = await market.get("/v1/tasks?mine=posted&limit=1", poster.key);
    expect(await ids(`mine=posted&cursor=${page.body.next_cursor}`, poster.key)).toEqual([wanted]);
    const direct = await market.postTask(poster.key, { intake: "direct" });
    expect(await ids("state=open", owner.key)).not.toContain(direct);
  });
});
