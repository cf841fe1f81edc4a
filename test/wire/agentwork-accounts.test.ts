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

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const newEmail = (): string => `${crypto.randomUUID()}@example.com`;

async function withPassword(password: string) {
  const account = await client.register();
  const set = await client.send("PUT", "/v1/me/password", { password }, { Authorization: `Bearer ${account.key}` });
  expect(set.status).toBe(204);
  return account;
}

describe("POST /api/v1/auth/register", () => {
  it("answers 201 with a key, its first 16 characters, and who it belongs to", async () => {
    const { status, body } = await client.post("/api/v1/auth/register", undefined, {
      email: newEmail(),
      name: "Ada Lovelace",
      organization_name: "Analytical Engines",
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      api_key: expect.stringMatching(/^aw_live_[0-9A-Za-z]{32}$/),
      key_prefix: `${body.api_key.slice(0, 16)}...`,
      organization_id: expect.stringMatching(uuid),
      organization_short_id: expect.stringMatching(/^[0-9A-Za-z]{5}$/),
      user_id: expect.stringMatching(uuid),
    });
    const { rows } = await house.app.database.reads.query(
      `select p.name, m.role, m.user_id from memberships m join parties p on p.id = m.organization_id where p.id = $1`,
      [body.organization_id],
    );
    expect(rows).toEqual([{ name: "Analytical Engines", role: "owner", user_id: body.user_id }]);
    expect((await client.get("/api/v1/tasks/", body.api_key)).body).toEqual({ tasks: [] });
  });

  it("names the organization after the person when none is given, and gives it play money", async () => {
    const account = await client.register({ name: "Ada" });
    const { rows } = await house.app.database.reads.query(
      `select p.name, w.balance from parties p join wallets w on w.party_id = p.id and w.currency = 'usd' where p.id = $1`,
      [account.organizationId],
    );
    expect(rows).toEqual([{ name: "Ada's organization", balance: 100_000 }]);
    await house.expectLedgerToBalance();
  });

  it("answers 409 when the address is taken, in whatever case", async () => {
    const email = newEmail();
    await client.register({ email });
    const again = await client.post("/api/v1/auth/register", undefined, { email: email.toUpperCase(), name: "Eve" });
    expect(again.status).toBe(409);
    expect(again.body).toEqual({ status_code: 409, detail: "This e-mail address is already registered." });
  });

  it("gives an address that twenty ask for at once to one of them", async () => {
    const email = newEmail();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.post("/api/v1/auth/register", undefined, { email, name: "Ada" })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
  });

  it("replays the same key and account to a retry with the same Idempotency-Key", async () => {
    const body = { email: newEmail(), name: "Ada" };
    const key = crypto.randomUUID();
    const first = await client.post("/api/v1/auth/register", undefined, body, key);
    const retries = await Promise.all(
      Array.from({ length: 5 }, () => client.post("/api/v1/auth/register", undefined, body, key)),
    );
    expect(first.status).toBe(201);
    for (const retry of retries) expect([retry.status, retry.body]).toEqual([201, first.body]);
    const other = await client.post("/api/v1/auth/register", undefined, { ...body, name: "Eve" }, key);
    expect(other.status).toBe(409);
  });

  it.each([
    ["no e-mail", { name: "Ada" }],
    ["no name", { email: "ada@example.com" }],
    ["a blank name", { email: "ada@example.com", name: "  " }],
    ["an address beyond ASCII", { email: "ad\u00e4@example.com", name: "Ada" }],
    ["a letter that only folds to ASCII", { email: "\u212aada@example.com", name: "Ada" }],
    ["no address at all", { email: "ada", name: "Ada" }],
    ["an address that is two", { email: "a@example.com,b@example.com", name: "Ada" }],
    ["a number for a name", { email: "ada@example.com", name: 7 }],
    ["a list", []],
  ])("answers 400 to %s", async (_what, body) => {
    const { status, body: answer } = await client.post("/api/v1/auth/register", undefined, body);
    expect([status, answer.status_code, typeof answer.detail]).toEqual([400, 400, "string"]);
  });
});

describe("POST /api/v1/auth/api-key", () => {
  it("exchanges e-mail and password for one more key to the same organization", async () => {
    const account = await withPassword("correct horse");
    const { status, body } = await client.post("/api/v1/auth/api-key", undefined, {
      email: account.email.toUpperCase(),
      password: "correct horse",
      key_name: "My Agent Key",
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      api_key: expect.stringMatching(/^aw_live_[0-9A-Za-z]{32}$/),
      key_prefix: `${body.api_key.slice(0, 16)}...`,
      organization_id: account.organizationId,
      organization_short_id: expect.stringMatching(/^[0-9A-Za-z]{5}$/),
    });
    expect(body.api_key).not.toBe(account.key);
    const taskId = await client.createTask(account.key);
    expect((await client.status(body.api_key, taskId)).status).toBe(200);
    const { rows } = await house.app.database.reads.query("select label from api_keys where user_id = $1 order by id", [
      account.userId,
    ]);
    expect(rows).toEqual([{ label: "API Key" }, { label: "My Agent Key" }]);
  });

  it("says the same of an unknown address, a wrong password and an account without one", async () => {
    const { email } = await withPassword("correct horse");
    const { email: bare } = await client.register();
    const attempts = [
      { email: newEmail(), password: "correct horse" },
      { email, password: "wrong horse" },
      { email: bare, password: "correct horse" },
    ];
    for (const attempt of attempts) {
      const { status, body } = await client.post("/api/v1/auth/api-key", undefined, attempt);
      expect(status).toBe(401);
      expect(body).toEqual({ status_code: 401, detail: "Invalid e-mail address or password." });
    }
  });

  it("answers 400 to somebody who has no organization", async () => {
    const account = await withPassword("correct horse");
    await house.app.database.reads.query("delete from memberships where user_id = $1", [account.userId]);
    const { status, body } = await client.post("/api/v1/auth/api-key", undefined, {
      email: account.email,
      password: "correct horse",
    });
    expect([status, body.detail]).toEqual([400, "This user has no organization."]);
  });

  it("replays the same key to a retry, and keeps nothing that a guesser of the password could test", async () => {
    const { email } = await withPassword("correct horse");
    const body = { email, password: "correct horse" };
    const key = crypto.randomUUID();
    const first = await client.post("/api/v1/auth/api-key", undefined, body, key);
    const retry = await client.post("/api/v1/auth/api-key", undefined, body, key);
    expect([first.status, retry.status, retry.body]).toEqual([200, 200, first.body]);
    const other = await client.post("/api/v1/auth/api-key", undefined, { ...body, key_name: "Other" }, key);
    expect(other.status).toBe(409);
    const digest = async (text: string): Promise<string> =>
      Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toString("hex");
    const guess = await digest(`POST /api/v1/auth/api-key\n${await digest(JSON.stringify(body))}`);
    const { rows } = await house.app.database.reads.query("select fingerprint from idempotency_keys where key = $1", [
      key,
    ]);
    expect(rows).toHaveLength(1);
    expect(rows[0].fingerprint).not.toBe(guess);
  });
});
