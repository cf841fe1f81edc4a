import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AgentworkAnswer, AgentworkClient } from "../support/agentwork-client.ts";
import { type SmtpServer, startSmtpServer } from "../support/smtp-server.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let smtp: SmtpServer;
let client: AgentworkClient;

beforeAll(async () => {
  smtp = await startSmtpServer();
  house = await openTestHouse({ config: { smtpUrl: smtp.url, mailFrom: "Guildhall <house@example.com>" } });
  client = new AgentworkClient(house.url);
});
afterAll(async () => {
  await house.close();
  await smtp.close();
});

const newEmail = (): string => `${crypto.randomUUID()}@example.com`;
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  client.send("POST", `/v1/auth${path}`, body, { Origin: house.url, ...headers });
const cookieOf = ({ headers }: AgentworkAnswer): string => (headers.getSetCookie()[0] ?? "").split(";", 1)[0] ?? "";
const sessionOf = (cookie: string) => client.send("GET", "/v1/auth/get-session", undefined, { Cookie: cookie });

async function signUp(email = newEmail()) {
  const answer = await post("/sign-up/email", { name: "Ada", email, password: "correct horse" });
  expect(answer.status).toBe(200);
  return { email, userId: answer.body.user.id as string, cookie: cookieOf(answer) };
}

describe("signing up", () => {
  it("makes a person with an organization of their own, signed in by a cookie that scripts cannot read", async () => {
    const answer = await post("/sign-up/email", { name: "Ada", email: newEmail(), password: "correct horse" });
    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie()[0]).toMatch(/^guildhall\.session_token=.*HttpOnly; SameSite=Lax/);
    const session = await sessionOf(cookieOf(answer));
    expect(session.body.user).toMatchObject({ id: answer.body.user.id, name: "Ada" });
    const { rows } = await house.app.database.reads.query(
      `select p.name, p.kind, m.role, w.balance from memberships m join parties p on p.id = m.organization_id
       join wallets w on w.party_id = p.id and w.currency = 'usd' where m.user_id = $1`,
      [answer.body.user.id],
    );
    expect(rows).toEqual([{ name: "Ada's organization", kind: "organization", role: "owner", balance: 100_000 }]);
    await house.expectLedgerToBalance();
  });

  it("keeps the password as argon2id only", async () => {
    const { userId } = await signUp();
    const { rows } = await house.app.database.reads.query(`select * from accounts where "userId" = $1`, [userId]);
    expect(rows).toHaveLength(1);
    expect(rows[0].password).toMatch(/^\$argon2id\$/);
    expect(JSON.stringify(rows)).not.toContain("correct horse");
  });

  it("is refused for an address that Agentwork knows already, and the other way round", async () => {
    const { email } = await client.register();
    const up = await post("/sign-up/email", { name: "Eve", email: email.toUpperCase(), password: "correct horse" });
    expect([up.status, up.body.code]).toEqual([409, "email_taken"]);
    const { email: mine } = await signUp();
    const registered = await client.post("/api/v1/auth/register", undefined, { email: mine, name: "Eve" });
    expect(registered.status).toBe(409);
  });

  it("gives back the organization to somebody whose sign-up broke off, once", async () => {
    const { email, userId } = await signUp();
    await house.app.database.reads.query("delete from memberships where user_id = $1", [userId]);
    await house.app.database.reads.query("delete from idempotency_keys where key = $1", [userId]);
    await Promise.all([1, 2, 3].map(() => post("/sign-in/email", { email, password: "correct horse" })));
    const { rows } = await house.app.database.reads.query("select 1 from memberships where user_id = $1", [userId]);
    expect(rows).toHaveLength(1);
  });

  it.each([
    ["a short password", { password: "short" }],
    ["a password past 128 characters", { password: "x".repeat(129) }],
    ["an address beyond ASCII", { email: "ad\u00e4@example.com" }],
    ["no address", { email: "ada" }],
    ["a blank name", { name: " " }],
    ["a number for a password", { password: 12_345_678 }],
  ])("is refused with a problem for %s", async (_what, wrong) => {
    const answer = await post("/sign-up/email", {
      name: "Ada",
      email: newEmail(),
      password: "correct horse",
      ...wrong,
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect(answer.body).toMatchObject({ status: 400, code: "validation_failed" });
  });
});

describe("signing in and out", () => {
  it("takes the address in any case and the right password only", async () => {
    const { email } = await signUp();
    const right = await post("/sign-in/email", { email: email.toUpperCase(), password: "correct horse" });
    expect(right.status).toBe(200);
    expect((await sessionOf(cookieOf(right))).body.user.email).toBe(email);
    for (const wrong of [
      { email, password: "wrong horse" },
      { email: newEmail(), password: "correct horse" },
    ]) {
      const answer = await post("/sign-in/email", wrong);
      expect([answer.status, answer.body.code]).toEqual([401, "credentials_invalid"]);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
  });

  it("ends the session for good", async () => {
    const { cookie } = await signUp();
    expect((await post("/sign-out", {}, { Cookie: cookie })).status).toBe(200);
    expect((await sessionOf(cookie)).body).toBeNull();
  });

  it("does not take a cookie that was changed, nor a session past its time", async () => {
    const { cookie, userId } = await signUp();
    expect((await sessionOf(cookie.replace(/=(.)/, (_, first) => `=${first === "a" ? "b" : "a"}`))).body).toBeNull();
    expect((await sessionOf(cookie)).body).not.toBeNull();
    await house.app.database.reads.query(
      `update sessions set "expiresAt" = now() - interval '1 s' where "userId" = $1`,
      [userId],
    );
    expect((await sessionOf(cookie)).body).toBeNull();
  });

  it("is refused from other sites' pages, with or without a cookie", async () => {
    const { email, cookie } = await signUp();
    for (const Origin of ["https://evil.example", "null", `${house.url}.evil.example`]) {
      const signIn = await post("/sign-in/email", { email, password: "correct horse" }, { Origin });
      expect([signIn.status, signIn.body.code]).toEqual([403, "not_allowed"]);
      expect((await post("/sign-out", {}, { Origin, Cookie: cookie })).status).toBe(403);
    }
    const without = await client.send("POST", "/v1/auth/sign-out", {}, { Cookie: cookie });
    expect(without.status).toBe(403);
    expect((await sessionOf(cookie)).body).not.toBeNull();
  });

  it("offers nothing else of the library's", async () => {
    const { cookie } = await signUp();
    for (const path of ["/delete-user", "/update-user", "/sign-in/social", "/change-email", "/list-accounts"]) {
      expect((await post(path, {}, { Cookie: cookie })).status).toBe(404);
    }
  });
});

describe("resetting a password", () => {
  it("sends a token by mail that works once, ends all sessions, and is not kept as it is", async () => {
    const { email, cookie } = await signUp();
    expect((await post("/request-password-reset", { email })).status).toBe(200);
    const mail = await smtp.next();
    expect(mail).toContain(`To: ${email}`);
    expect(mail).toContain("From: Guildhall <house@example.com>");
    const token = /reset-password\?token=(\w+)/.exec(mail)?.[1] ?? "";
    expect(token).not.toBe("");
    const { rows } = await house.app.database.reads.query("select * from verifications");
    expect(JSON.stringify(rows)).not.toContain(token);
    const reset = await post("/reset-password", { token, newPassword: "battery staple" });
    expect(reset.status).toBe(200);
    expect((await sessionOf(cookie)).body).toBeNull();
    expect((await post("/sign-in/email", { email, password: "correct horse" })).status).toBe(401);
    expect((await post("/sign-in/email", { email, password: "battery staple" })).status).toBe(200);
    expect((await post("/reset-password", { token, newPassword: "third password" })).status).toBe(400);
  });

  it("answers the same for an address that nobody has", async () => {
    const { email } = await signUp();
    const known = await post("/request-password-reset", { email });
    await smtp.next();
    const unknown = await post("/request-password-reset", { email: newEmail() });
    expect([unknown.status, unknown.body]).toEqual([known.status, known.body]);
  });

  it("gives a first password to an account that a program registered", async () => {
    const { email } = await client.register();
    await post("/request-password-reset", { email });
    const token = /reset-password\?token=(\w+)/.exec(await smtp.next())?.[1];
    expect((await post("/reset-password", { token, newPassword: "battery staple" })).status).toBe(200);
    const exchanged = await client.post("/api/v1/auth/api-key", undefined, { email, password: "battery staple" });
    expect(exchanged.status).toBe(200);
  });
});

describe("PUT /v1/me/password", () => {
  const put = (body: unknown, headers: Record<string, string>) => client.send("PUT", "/v1/me/password", body, headers);

  it("sets a first password by key, and asks for it before it sets another", async () => {
    const { key, email } = await client.register();
    const headers = { Authorization: `Bearer ${key}` };
    expect((await put({ password: "correct horse" }, headers)).status).toBe(204);
    expect((await post("/sign-in/email", { email, password: "correct horse" })).status).toBe(200);
    for (const current_password of [undefined, null, "", "wrong horse"]) {
      const answer = await put({ password: "battery staple", current_password }, headers);
      expect([answer.status, answer.body.code]).toEqual([401, "credentials_invalid"]);
    }
    expect((await put({ password: "battery staple", current_password: "correct horse" }, headers)).status).toBe(204);
    expect((await post("/sign-in/email", { email, password: "correct horse" })).status).toBe(401);
    expect((await post("/sign-in/email", { email, password: "battery staple" })).status).toBe(200);
  });

  it("takes one of six first passwords that arrive at once", async () => {
    for (let round = 0; round < 3; round++) {
      const { key, email } = await client.register();
      const headers = { Authorization: `Bearer ${key}` };
      const passwords = [1, 2, 3, 4, 5, 6].map((n) => `password number ${n}`);
      const answers = await Promise.all(passwords.map((password) => put({ password }, headers)));
      const statuses = answers.map(({ status }) => status);
      expect([...statuses].sort()).toEqual([204, 401, 401, 401, 401, 401]);
      const winner = passwords[statuses.indexOf(204)];
      expect((await post("/sign-in/email", { email, password: winner })).status).toBe(200);
    }
  });

  it("goes by session too, from our own pages, and ends the other sessions", async () => {
    const { cookie, email } = await signUp();
    const elsewhere = cookieOf(await post("/sign-in/email", { email, password: "correct horse" }));
    const change = { password: "battery staple", current_password: "correct horse" };
    expect((await put(change, { Cookie: cookie })).status).toBe(403);
    expect((await put(change, { Cookie: cookie, Origin: "https://evil.example" })).status).toBe(403);
    expect((await put(change, { Cookie: cookie, Origin: house.url })).status).toBe(204);
    expect((await sessionOf(cookie)).body).not.toBeNull();
    expect((await sessionOf(elsewhere)).body).toBeNull();
  });

  it("is for people: 401 without key or session, 403 by a key that belongs to nobody", async () => {
    expect((await put({ password: "correct horse" }, {})).status).toBe(401);
    expect(
      (await put({ password: "correct horse" }, { Cookie: "guildhall.session_token=x", Origin: house.url })).status,
    ).toBe(401);
    const agent = await client.send("POST", "/api/agents/register", {
      name: "Agent",
      capabilities: ["coding"],
      owner_email: newEmail(),
    });
    const answer = await put({ password: "correct horse" }, { Authorization: `Bearer ${agent.body.data.api_key}` });
    expect([answer.status, answer.body.code]).toEqual([403, "not_allowed"]);
  });
});

describe("a flood", () => {
  it("of sign-ups is answered 503 past what may be under way, never 500, and the others are whole", async () => {
    const answers = await Promise.all(
      Array.from({ length: 150 }, () =>
        post("/sign-up/email", { name: "Ada", email: newEmail(), password: "correct horse" }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect([...new Set(statuses)].sort()).toEqual([200, 503]);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(16);
    const ids = answers.filter(({ status }) => status === 200).map(({ body }) => body.user.id);
    const { rows } = await house.app.database.reads.query("select 1 from memberships where user_id = any($1)", [ids]);
    expect(rows).toHaveLength(ids.length);
  });

  it("of wrong passwords is answered 503 past what may wait, and the rest of the house goes on", async () => {
    const { email, key } = await client.register();
    const flood = Promise.all(
      Array.from({ length: 120 }, () => client.post("/api/v1/auth/api-key", undefined, { email, password: "x" })),
    );
    const startedMs = performance.now();
    expect((await client.get("/api/v1/tasks/", key)).status).toBe(200);
    const meanwhileMs = performance.now() - startedMs;
    const statuses = (await flood).map(({ status }) => status);
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(0);
    expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(66);
    expect(meanwhileMs).toBeLessThan(5_000);
  });
});
