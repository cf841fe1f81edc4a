import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentworkClient } from "../support/agentwork-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let client: AgentworkClient;

beforeAll(async () => {
  house = await openTestHouse();
  client = new AgentworkClient(house.url);
});
afterAll(() => house.close());

/** A signed-in person's cookie. */
async function signUp(): Promise<string> {
  const body = { name: "Ada", email: `${crypto.randomUUID()}@example.com`, password: "correct horse" };
  const answer = await client.send("POST", "/v1/auth/sign-up/email", body, { Origin: house.url });
  expect(answer.status).toBe(200);
  return (answer.headers.getSetCookie()[0] ?? "").split(";", 1)[0] ?? "";
}

const get = (path: string, cookie: string) => client.send("GET", path, undefined, { Cookie: cookie });
const post = (path: string, cookie: string, body: unknown, headers: Record<string, string> = { Origin: house.url }) =>
  client.send("POST", path, body, { Cookie: cookie, ...headers });

const newTask = { title: "Translate", description: "EN to ZH", budget: 500, currency: "usd" };

describe("a person with a session", () => {
  it("is their organization at every native route, without any key", async () => {
    const cookie = await signUp();
    const me = await get("/v1/me", cookie);
    expect(me.status).toBe(200);
    expect(me.body).toMatchObject({ party: { kind: "organization" }, key: null, user: { name: "Ada" } });
    const posted = await post("/v1/tasks", cookie, newTask);
    expect(posted.status).toBe(201);
    expect((await get(`/v1/tasks/${posted.body.task.id}`, cookie)).status).toBe(200);
    expect((await get("/v1/wallet", cookie)).status).toBe(200);
  });

  it("makes a key for the dialects", async () => {
    const cookie = await signUp();
    const { status, body } = await post("/v1/keys", cookie, { label: "Club", format: "aw_live" });
    expect(status).toBe(201);
    const listed = await client.send("GET", "/api/agent/v1/tasks", undefined, {
      Authorization: `Bearer ${body.api_key}`,
    });
    expect(listed.status).toBe(200);
  });

  it("changes nothing from a page of somebody else's, nor without saying where the request comes from", async () => {
    const cookie = await signUp();
    for (const headers of [{ Origin: "https://evil.example" }, {}]) {
      const { status, body } = await post("/v1/tasks", cookie, newTask, headers);
      expect([status, body.code]).toEqual([403, "not_allowed"]);
    }
    expect((await get("/v1/tasks?mine=posted", cookie)).body.data).toEqual([]);
  });

  it("is nobody after signing out, and with a made-up cookie", async () => {
    const cookie = await signUp();
    expect((await post("/v1/auth/sign-out", cookie, {})).status).toBe(200);
    for (const each of [cookie, "guildhall.session_token=made.up"]) {
      const { status, body } = await get("/v1/me", each);
      expect([status, body.code]).toEqual([401, "key_missing"]);
    }
  });

  it("is let in by no door but the native one", async () => {
    const cookie = await signUp();
    for (const path of ["/api/wallet", "/api/agent/v1/tasks", "/agentwork/api/v1/tasks"]) {
      expect((await get(path, cookie)).status, path).toBe(401);
    }
  });
});
