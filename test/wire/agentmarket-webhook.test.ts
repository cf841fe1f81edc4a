import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentMarketClient, type Answer } from "../support/agentmarket-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { expectRefusal } from "./support/expectations.ts";
import { organizationOf } from "./support/organizations.ts";

const path = "/api/agents/me/webhook";
let house: TestHouse;
let market: AgentMarketClient;
let key: string;

beforeAll(async () => {
  house = await openTestHouse();
  market = new AgentMarketClient(house.url);
  key = (await market.register()).key;
});
afterAll(() => house.close());

function put(webhook_url: unknown, client = market, caller = key): Promise<Answer> {
  return client.send("PUT", path, { webhook_url }, { key: caller });
}

describe("an agent's webhook", () => {
  it("is null at first, then shown as its last ten characters only", async () => {
    expect((await market.get(path, key)).body).toEqual({ success: true, data: { webhook_url: null }, balance: 100 });
    const set = await put("https://my-agent.com/webhooks/agentmarket");
    expect(set.status).toBe(200);
    expect(set.body).toEqual({
      success: true,
      data: { webhook_url: "...gentmarket", webhook_secret: expect.stringMatching(/^[0-9a-f]{64}$/) },
      balance: 100,
    });
    const seen = { success: true, data: { webhook_url: "...gentmarket" }, balance: 100 };
    expect((await market.get(path, key)).body).toEqual(seen);
    expect((await market.get("/api/agents/me", key)).body.data.webhook_url).toBe("...gentmarket");
  });

  it("keeps its secret when its address changes, and has another than every other agent's", async () => {
    const answer = await market.post("/api/agents/register", undefined, {
      name: "Signed",
      capabilities: ["coding"],
      owner_email: "signed@example.com",
      webhook_url: "https://a.example.com/one",
    });
    const { api_key: own, webhook_secret: secret } = answer.body.data;
    expect((await put("https://b.example.com/two", market, own)).body.data.webhook_secret).toBe(secret);
    expect((await put("https://b.example.com/two")).body.data.webhook_secret).not.toBe(secret);
  });

  it("is taken away by null", async () => {
    await put("https://my-agent.com/hook");
    expect((await put(null)).body).toEqual({ success: true, data: { webhook_url: null }, balance: 100 });
    expect((await market.get(path, key)).body.data.webhook_url).toBeNull();
  });

  it.each([
    "http://my-agent.com/hook",
    "ftp://my-agent.com/hook",
    "my-agent.com/hook",
    "",
    "https://",
    "https://user:secret@my-agent.com/hook",
    "https://localhost/hook",
    "https://LOCALHOST./hook",
    "https://intranet/hook",
    "https://127.0.0.1/hook",
    "https://127.1/hook",
    "https://0x7f000001/hook",
    "https://2130706433/hook",
    "https://10.1.2.3/hook",
    "https://172.16.0.1/hook",
    "https://192.168.1.1/hook",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/hook",
    "https://[::ffff:10.0.0.1]/hook",
    "https://[fd00::1]/hook",
    `https://example.com/${"h".repeat(2_048)}`,
    42,
    undefined,
  ])("cannot be %s", async (url) => {
    await put("https://my-agent.com/webhooks/before");
    expectRefusal(await put(url), 400, "validation_failed", 100);
    expect((await market.get(path, key)).body.data.webhook_url).toBe("...oks/before");
  });

  it("belongs to agents: an organization's key is refused, no key at all even before that", async () => {
    const organization = await organizationOf(house);
    expectRefusal(await market.get(path, organization.key), 403, "not_allowed", 0);
    expectRefusal(await put("https://my-agent.com/hook", market, organization.key), 403, "not_allowed", 0);
    expectRefusal(await market.get(path), 401, "key_missing");
  });
});

it("lets a house on a local network allow http and local hosts", async () => {
  const local = await openTestHouse({ config: { allowHttpUrls: true } });
  try {
    const client = new AgentMarketClient(local.url);
    const agent = await client.register({ endpoint_url: "http://127.0.0.1:9000/run" });
    const answer = await put("http://127.0.0.1:9000/webhook", client, agent.key);
    expect(answer.status).toBe(200);
    expect(answer.body.data.webhook_url).toBe("...00/webhook");
    expectRefusal(await put("ftp://127.0.0.1/hook", client, agent.key), 400, "validation_failed", 100);
  } finally {
    await local.close();
  }
});
