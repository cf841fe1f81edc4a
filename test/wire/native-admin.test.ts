import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CompetitionClient } from "../support/competition-client.ts";
import { foundOrganization, type Member } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let competition: CompetitionClient;
let admin: Member;

beforeAll(async () => {
  house = await openTestHouse();
  competition = await CompetitionClient.open(house);
  admin = competition.admin;
});
afterAll(() => house.close());

const see = async (path: string, key = admin.key) => {
  const { status, body } = await competition.market.get(path, key);
  expect([path, status, body]).toEqual([path, 200, body]);
  return body;
};
const query = (text: string, values: unknown[] = []) => house.app.database.reads.query(text, values);

describe("the ledger's proof", () => {
  it("names every rule, says where all money is, and finds what is broken", async () => {
    const whole = await see("/v1/admin/audit");
    expect(whole.balanced).toBe(true);
    expect(whole.rules.length).toBeGreaterThan(15);
    expect(whole.rules.every(({ violation }: { violation: string | null }) => violation === null)).toBe(true);
    for (const total of whole.totals) {
      const { granted, deposited, in_wallets, in_escrow, fees, paid_out } = total;
      expect(granted + deposited).toBe(in_wallets + in_escrow + fees + paid_out);
    }
    const victim = await foundOrganization(house);
    await query("update wallets set balance = balance + 1 where party_id = $1", [victim.id]);
    const broken = await see("/v1/admin/audit");
    expect(broken.balanced).toBe(false);
    const rule = broken.rules.find(({ violation }: { violation: string | null }) => violation !== null);
    expect(rule).toMatchObject({ rule: "Each wallet holds the sum of its transfers." });
    expect(rule.violation).toContain(victim.id);
    await query("update wallets set balance = balance - 1 where party_id = $1", [victim.id]);
  });

  it("is taken once for those who ask at the same time", async () => {
    const proofs = await Promise.all(Array.from({ length: 5 }, () => see("/v1/admin/audit")));
    expect(new Set(proofs.map((proof) => `${proof.taken_at} ${proof.took_ms}`)).size).toBeLessThan(5);
  });
});

describe("the job queue", () => {
  const addJob = async (name: string, set: string): Promise<string> => {
    const { rows } = await query("select id::text from graphile_worker.add_job($1)", [name]);
    await query(`update graphile_worker._private_jobs set ${set} where id = $1`, [rows[0].id]);
    return rows[0].id;
  };

  it("counts its jobs by name and shows what failed, which is retried", async () => {
    const id = await addJob(
      "test-fails",
      "attempts = max_attempts, last_error = 'No such host', run_at = now() + '1 day'",
    );
    const before = await see("/v1/admin/jobs");
    expect(before.counts).toContainEqual({
      name: "test-fails",
      running: 0,
      due: 0,
      scheduled: 0,
      retrying: 0,
      failed: 1,
    });
    expect(before.jobs[0]).toMatchObject({ id, name: "test-fails", state: "failed", last_error: "No such host" });
    const answer = await competition.market.post(`/v1/admin/jobs/${id}/retry`, admin.key, {});
    expect([answer.status, answer.body]).toEqual([200, { retried: true }]);
    const { counts } = await see("/v1/admin/jobs");
    const count = counts.find(({ name }: { name: string }) => name === "test-fails");
    expect(count.failed).toBe(0);
  });

  it("says 404 of a job that is gone, that runs, or that cannot be", async () => {
    const running = await addJob("test-runs", "locked_at = now(), locked_by = 'somebody'");
    for (const id of [running, "999999999", "0", "-1", "1e3", "not-a-number", crypto.randomUUID(), "9".repeat(400)]) {
      const { status, body } = await competition.market.post(`/v1/admin/jobs/${id}/retry`, admin.key, {});
      expect([id, status, body.code]).toEqual([id, 404, "job_not_found"]);
    }
  });

  it("takes jobs back from servers that are gone, and from no others", async () => {
    await query(
      "insert into nodes (id, worker_pool_id, started_at, heartbeat_at) values ('n1', 'alive', now(), now())",
    );
    const stuck = await addJob("test-stuck", "locked_at = now(), locked_by = 'gone'");
    const held = await addJob("test-held", "locked_at = now(), locked_by = 'alive'");
    const { jobs } = await see("/v1/admin/jobs");
    const stateOf = (id: string) => jobs.find((job: { id: string }) => job.id === id)?.state;
    expect([stateOf(stuck), stateOf(held)]).toEqual(["stuck", "running"]);
    const { data: nodes } = await see("/v1/admin/nodes");
    expect(nodes).toMatchObject([{ id: "n1", alive: true, running_jobs: 1 }]);
    const { body } = await competition.market.post("/v1/admin/jobs/unlock", admin.key, {});
    expect(body.unlocked).toBeGreaterThanOrEqual(1);
    const { rows } = await query("select locked_by from graphile_worker._private_jobs where id = any($1) order by id", [
      [stuck, held],
    ]);
    expect(rows.map(({ locked_by }) => locked_by)).toEqual([null, "alive"]);
  });
});

describe("the house", () => {
  it("says how it is and what waits", async () => {
    await competition.market.post("/v1/wallet/deposits", competition.poster.key, { amount: 500 });
    const health = await see("/v1/admin/health");
    expect(health.database.size_bytes).toBeGreaterThan(1_000_000);
    expect(health.server).toMatchObject({ node_version: process.version, queued_commands: 0 });
    expect(health.waiting.deposits).toBe(1);
  });

  it("lists people by the page, or one by their address, without a secret", async () => {
    const emails = ["ada@example.com", "grace@example.com", "mary@example.com"];
    for (const email of emails) {
      const body = { name: "Somebody", email, password: "correct horse" };
      await competition.market.send("POST", "/v1/auth/sign-up/email", body, { headers: { Origin: house.url } });
    }
    const first = await see("/v1/admin/users?limit=2");
    const second = await see(`/v1/admin/users?limit=2&cursor=${first.next_cursor}`);
    const seen = [...first.data, ...second.data].map(({ email }: { email: string }) => email);
    expect(seen).toEqual([...emails].reverse());
    const { data } = await see("/v1/admin/users?email=GRACE@example.com");
    expect(data).toMatchObject([{ email: "grace@example.com", sessions: 1, organizations: [{ role: "owner" }] }]);
    expect(JSON.stringify(data)).not.toMatch(/password|token|hash/i);
    expect((await competition.market.get("/v1/admin/users?email=nobody", admin.key)).status).toBe(400);
  });
});

describe("a dispute's stake", () => {
  it("is what a ruling will move", async () => {
    const agent = await competition.approvedAgent();
    const { taskId } = await competition.delivered(agent);
    const reason = { reason: "Not what was asked for." };
    const { dispute } = await competition.expect(200, `/v1/tasks/${taskId}/dispute`, competition.poster.key, reason);
    const { stake } = await see(`/v1/disputes/${dispute.id}`);
    expect(stake).toMatchObject({
      kind: "task",
      poster_id: competition.poster.id,
      worker_id: agent.id,
      currency: "usd",
    });
    const { data } = await see("/v1/admin/disputes");
    expect(data.find(({ id }: { id: string }) => id === dispute.id)?.task_title).toBeTypeOf("string");
    const amount = Math.floor(stake.price / 3);
    const ruling = { ruling: "split", amount };
    await competition.expect(200, `/v1/admin/disputes/${dispute.id}/rule`, admin.key, ruling);
    const { rows } = await query(
      "select kind, amount from transfers where task_id = $1 and kind <> 'hold' order by id",
      [taskId],
    );
    const net = Math.floor((amount * (10_000 - stake.fee_basis_points)) / 10_000);
    const expected = { payment: net, fee: amount - net, refund: stake.budget - amount };
    expect(Object.fromEntries(rows.map(({ kind, amount: moved }) => [kind, Number(moved)]))).toEqual(expected);
  });
});
