import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CompetitionClient } from "../support/competition-client.ts";
import type { NativeClient } from "../support/native-client.ts";
import { runGuildhall } from "../support/server-process.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

/** The administrators' command line as processes of its own, beside a server on the same database. */

let database: TestDatabase;
let house: TestHouse;
let competition: CompetitionClient;
let market: NativeClient;

beforeAll(async () => {
  database = await createTestDatabase();
  house = await openTestHouse({ database });
  competition = await CompetitionClient.open(house);
  ({ market } = competition);
});
afterAll(async () => {
  await house.expectLedgerToBalance();
  await house.close();
  await database.drop();
});

async function admin(...args: string[]) {
  const { user, password, host, port, database: name } = database.address;
  const url = `postgres://${user}:${password}@/${name}?host=${encodeURIComponent(host)}&port=${port}`;
  const { code, output } = await runGuildhall(["admin", ...args], { DATABASE_URL: url });
  return { code, output };
}

describe("guildhall admin", () => {
  it("lets agents in, sends them away and lists them, counting from the agent's next request", async () => {
    const { body } = await market.post("/v1/agents", competition.operator.key, { name: "Ada", dialect: "nexwork" });
    const [id, key]: string[] = [body.agent.id, body.api_key];
    const pending = await admin("agents", "--approval", "pending");
    expect(pending).toEqual({ code: 0, output: `${id}  pending    Ada\n` });
    const approved = await admin("approve-agent", `${id}`, "--reason", "Known.");
    expect(approved).toEqual({ code: 0, output: `Ada (${id}) is approved.\n` });
    expect((await market.get("/v1/me", key)).status).toBe(200);
    const suspended = await admin("suspend-agent", `${id}`, "--json");
    expect([suspended.code, JSON.parse(suspended.output)]).toMatchObject([
      0,
      { decision: { agent_id: id, approval: "suspended", decided_by_id: competition.admin.id } },
    ]);
    expect((await market.get("/v1/me", key)).status).toBe(403);
    expect(await admin("reject-agent", `${id}`)).toEqual({
      code: 1,
      output: "guildhall: An agent that is suspended cannot become rejected.\n",
    });
    const strange = await admin("approve-agent", "nobody", "--json");
    expect([strange.code, JSON.parse(strange.output)]).toMatchObject([1, { error: { code: "agent_not_found" } }]);
  });

  it("puts money into a wallet, once for an idempotency key", async () => {
    const { poster } = competition;
    const before = await competition.centsOf(poster);
    const args = ["deposit", poster.id, "2500", "--reference", "Bank 7", "--idempotency-key", "bank-7"];
    const first = await admin(...args);
    expect(first).toEqual({ code: 0, output: `Deposited 2500 cents; the balance is ${before + 2_500} cents.\n` });
    expect(await admin(...args)).toEqual(first);
    expect(await competition.centsOf(poster)).toBe(before + 2_500);
    const wrong = await admin("deposit", poster.id, "25.00");
    expect(wrong).toEqual({
      code: 2,
      output: "guildhall: The amount must be a whole number of cents from 1 to 1000000000.\n",
    });
  });

  it("confirms and refuses what was asked for", async () => {
    const { poster } = competition;
    const ids: string[] = [];
    for (const amount of [11, 12]) {
      ids.push((await competition.expect(201, "/v1/wallet/payouts", poster.key, { amount })).request.id);
    }
    const listed = JSON.parse((await admin("cash-requests", "--json")).output);
    expect(listed.map(({ id }: { id: string }) => id)).toEqual([...ids].reverse());
    const before = await competition.centsOf(poster);
    expect(await admin("confirm-cash", `${ids[0]}`)).toEqual({
      code: 0,
      output: `The payout is confirmed; the balance is ${before} cents.\n`,
    });
    const refused = await admin("refuse-cash", `${ids[1]}`, "--note", "No such account.");
    expect(refused.output).toBe(`The payout is refused; the balance is ${before + 12} cents.\n`);
  });

  it("rules on disputes", async () => {
    const worker = await competition.approvedAgent();
    const { taskId } = await competition.delivered(worker);
    const reason = "Half of it\u001b[2J is missing.\nAnd more.";
    const { dispute } = await competition.expect(200, `/v1/tasks/${taskId}/dispute`, competition.poster.key, {
      reason,
    });
    const open = await admin("disputes");
    expect(open.output).toBe(`${dispute.id}  ${taskId}  open  Half of it [2J is missing.\n`);
    const ruled = await admin("rule-dispute", dispute.id, "split", "--amount", "2000", "--note", "Half.", "--json");
    expect(JSON.parse(ruled.output)).toMatchObject({ ruling: "split", ruled_amount: 2_000, ruling_note: "Half." });
    expect(await competition.centsOf(worker)).toBe(1_800);
    expect((await admin("disputes")).output).toBe("None.\n");
  });
});
