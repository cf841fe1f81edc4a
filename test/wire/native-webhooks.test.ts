import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let market: NativeClient;
let owner: Member;

beforeAll(async () => {
  house = await openTestHouse();
  market = new NativeClient(house.url);
  owner = await foundOrganization(house);
});
afterAll(() => house.close());

const url = "https://hooks.example.com/guildhall";
const create = (body: unknown, idempotencyKey?: string) => market.post("/v1/webhooks", owner.key, body, idempotencyKey);
const patch = (id: string, body: unknown) => market.send("PATCH", `/v1/webhooks/${id}`, body, { key: owner.key });

describe("a webhook", () => {
  it("is made, read, listed, changed and removed by its owner", async () => {
    const created = await create({ url, events: ["task.*"], description: "Ours" });
    expect(created.status).toBe(201);
    const { webhook, secret } = created.body;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhook).toMatchObject({
      format: "standard",
      url,
      events: ["task.*"],
      description: "Ours",
      status: "active",
    });
    expect((await market.get(`/v1/webhooks/${webhook.id}`, owner.key)).body).toEqual({ webhook });
    expect((await market.get("/v1/webhooks", owner.key)).body.data).toContainEqual(webhook);
    const changed = await patch(webhook.id, { events: [], description: "", url: `${url}/2` });
    expect(changed.body.webhook).toEqual({ ...webhook, url: `${url}/2`, events: [], description: "" });
    const off = await patch(webhook.id, { enabled: false });
    expect(off.body.webhook).toMatchObject({ status: "disabled", disabled_reason: "owner" });
    const refused = await market.post(`/v1/webhooks/${webhook.id}/test`, owner.key);
    expect([refused.status, refused.body.code]).toEqual([409, "webhook_disabled"]);
    expect((await patch(webhook.id, { enabled: true })).body.webhook.status).toBe("active");
    const path = `/v1/webhooks/${webhook.id}`;
    expect((await market.send("DELETE", path, undefined, { key: owner.key })).status).toBe(204);
    expect((await market.get(path, owner.key)).body.code).toBe("webhook_not_found");
  });

  it("is made once for one Idempotency-Key, with one secret; a secret is likewise replaced once", async () => {
    const [one, two] = await Promise.all([create({ url }, "hook-1"), create({ url }, "hook-1")]);
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(two.body).toEqual(one.body);
    expect((await create({ url: `${url}/other` }, "hook-1")).body.code).toBe("idempotency_mismatch");
    const path = `/v1/webhooks/${one.body.webhook.id}/rotate-secret`;
    const first = await market.post(path, owner.key, {}, "rotate-1");
    const again = await market.post(path, owner.key, {}, "rotate-1");
    expect(first.status).toBe(200);
    expect(again.body.secret).toBe(first.body.secret);
    expect(first.body.secret).not.toBe(one.body.secret);
    const another = await market.post(path, owner.key, {}, "rotate-2");
    expect(another.body.secret).not.toBe(first.body.secret);
  });

  it("shows its secret where it is made and replaced, and in no other answer", async () => {
    const { webhook, secret } = (await create({ url })).body;
    await market.post(`/v1/webhooks/${webhook.id}/test`, owner.key);
    const path = `/v1/webhooks/${webhook.id}`;
    for (const each of ["/v1/webhooks", path, `${path}/deliveries`, "/v1/notices"]) {
      expect(JSON.stringify((await market.get(each, owner.key)).body)).not.toContain(secret);
    }
    const [delivery] = (await market.get(`${path}/deliveries`, owner.key)).body.data;
    expect((await market.get(`${path}/deliveries/${delivery.id}`, owner.key)).body.delivery).toMatchObject({
      type: "webhook.test",
      state: "pending",
      attempts: [],
      body: expect.stringContaining(webhook.id),
    });
  });

  it.each([
    ["http", "http://hooks.example.com/"],
    ["a private address", "https://10.0.0.1/"],
    ["loopback in disguise", "https://0x7f000001/"],
    ["a name of our own network", "https://intranet/"],
    ["no URL", "hooks.example.com"],
    ["credentials", "https://a:b@hooks.example.com/"],
  ])("may not lead to %s", async (_, bad) => {
    const answer = await create({ url: bad });
    expect([answer.status, answer.body.code]).toEqual([400, "validation_failed"]);
    const { webhook } = (await create({ url })).body;
    expect((await patch(webhook.id, { url: bad })).status).toBe(400);
    await market.send("DELETE", `/v1/webhooks/${webhook.id}`, undefined, { key: owner.key });
  });

  it.each([["task"], ["task.Posted"], ["*"], ["task.*.x"], [7]])("may not ask for events called %s", async (type) => {
    expect((await create({ url, events: [type] })).status).toBe(400);
  });

  it("is one of at most fifty, however many are made at once", async () => {
    const { key } = await foundOrganization(house);
    const make = () => market.post("/v1/webhooks", key, { url });
    const statuses = (await Promise.all(Array.from({ length: 60 }, make))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(50);
    expect(statuses.filter((status) => status === 409)).toHaveLength(10);
  });

  it("lists its deliveries by page and by state", async () => {
    const { webhook } = (await create({ url })).body;
    const path = `/v1/webhooks/${webhook.id}`;
    const pings: string[] = [];
    for (let count = 0; count < 3; count++) {
      pings.unshift((await market.post(`${path}/test`, owner.key)).body.delivery.id);
    }
    const first = (await market.get(`${path}/deliveries?limit=2`, owner.key)).body;
    const second = (await market.get(`${path}/deliveries?limit=2&cursor=${first.next_cursor}`, owner.key)).body;
    expect([...first.data, ...second.data].map(({ id }: { id: string }) => id)).toEqual(pings);
    expect(second.next_cursor).toBeNull();
    expect((await market.get(`${path}/deliveries?state=delivered`, owner.key)).body.data).toEqual([]);
    expect((await market.get(`${path}/deliveries?state=lost`, owner.key)).status).toBe(400);
    const other = (await create({ url })).body.webhook;
    const elsewhere = await market.get(`/v1/webhooks/${other.id}/deliveries/${pings[0]}`, owner.key);
    expect(elsewhere.body.code).toBe("delivery_not_found");
  });
});

it("shows an agent the webhook that it set by AgentMarket's door, which alone may change it", async () => {
  const agentMarket = new AgentMarketClient(house.url);
  const { key } = await agentMarket.register({ webhook_url: "https://my-agent.com/one" });
  const [webhook] = (await market.get("/v1/webhooks", key)).body.data;
  expect(webhook).toMatchObject({ format: "agentmarket", url: "https://my-agent.com/one", events: ["task.posted"] });
  const path = `/v1/webhooks/${webhook.id}`;
  for (const [method, rest, body] of [
    ["PATCH", "", { url }],
    ["DELETE", "", undefined],
    ["POST", "/rotate-secret", {}],
  ] as const) {
    const { status, body: problem } = await market.send(method, path + rest, body, { key });
    expect([method, status, problem.code]).toEqual([method, 409, "webhook_of_agentmarket"]);
  }
  await market.send("PATCH", path, { enabled: false }, { key });
  await agentMarket.send("PUT", "/api/agents/me/webhook", { webhook_url: "https://my-agent.com/two" }, { key });
  expect((await market.get(path, key)).body.webhook).toMatchObject({
    url: "https://my-agent.com/two",
    status: "active",
  });
  await agentMarket.send("PUT", "/api/agents/me/webhook", { webhook_url: null }, { key });
  expect((await market.get("/v1/webhooks", key)).body.data).toEqual([]);
});

it("lets a house call its own network where an operator opened it, and only there", async () => {
  const open = await openTestHouse({ config: { openNetworks: ["10.1.0.0/16"] } });
  try {
    const client = new NativeClient(open.url);
    const { key } = await foundOrganization(open);
    expect((await client.post("/v1/webhooks", key, { url: "https://10.1.2.3/hook" })).status).toBe(201);
    expect((await client.post("/v1/webhooks", key, { url: "https://agents/hook" })).status).toBe(201);
    expect((await client.post("/v1/webhooks", key, { url: "https://10.2.0.1/hook" })).status).toBe(400);
    expect((await client.post("/v1/webhooks", key, { url: "http://10.1.2.3/hook" })).status).toBe(400);
  } finally {
    await open.close();
  }
});
