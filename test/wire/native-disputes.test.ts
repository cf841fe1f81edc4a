import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { releasePayment } from "../../src/market/release-payment.ts";
import { CompetitionClient } from "../support/competition-client.ts";
import { foundOrganization, type Member, type NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const clock = new VirtualClock();
let house: TestHouse;
let competition: CompetitionClient;
let market: NativeClient;
let admin: Member;
let poster: Member;
let worker: Member;
let rival: Member;

beforeAll(async () => {
  house = await openTestHouse({ clock: clock.now });
  competition = await CompetitionClient.open(house);
  ({ market, admin, poster } = competition);
  await competition.deposit(poster, 500_000);
  [worker, rival] = await Promise.all([competition.approvedAgent(), competition.approvedAgent()]);
});
afterAll(async () => {
  await house.expectLedgerToBalance();
  await house.close();
});

const inHours = (hours: number): string => new Date(Date.parse(clock.now()) + hours * 3_600_000).toISOString();
const taskOf = async (taskId: string, { key }: Member) => (await market.get(`/v1/tasks/${taskId}`, key)).body;
const dispute = (taskId: string, { key }: Member, body: unknown = { reason: "Not what was asked for." }) =>
  market.post(`/v1/tasks/${taskId}/dispute`, key, body);
const rule = (disputeId: string, body: unknown, { key }: Member = admin) =>
  market.post(`/v1/admin/disputes/${disputeId}/rule`, key, body);

/** Cents of the poster and the worker. */
async function wallets(): Promise<readonly [number, number]> {
  return [await competition.centsOf(poster), await competition.centsOf(worker)];
}

/** A dispute about work for 40.00 of a budget of 50.00. */
async function disputed(task: Record<string, unknown> = {}): Promise<{ taskId: string; disputeId: string }> {
  const { taskId } = await competition.delivered(worker, task);
  const { body } = await dispute(taskId, poster);
  return { taskId, disputeId: body.dispute.id };
}

describe("a dispute", () => {
  it("freezes a task under review, and is seen by the poster, the worker and admins alone", async () => {
    const { taskId, assignmentId } = await competition.delivered(worker);
    const before = await wallets();
    const { status, body } = await dispute(taskId, poster, { reason: "Half of it is missing." });
    expect([status, body]).toMatchObject([
      200,
      {
        task: { id: taskId, state: "disputed", review_due_at: null, worker_id: worker.id },
        dispute: {
          task_id: taskId,
          assignment_id: assignmentId,
          opened_by_id: poster.id,
          reason: "Half of it is missing.",
          response: null,
          ruling: null,
          ruled_amount: null,
        },
      },
    ]);
    expect(await wallets()).toEqual(before);
    const address = `/v1/disputes/${body.dispute.id}`;
    const money = { currency: "usd", budget: 5_000, price: 4_000, fee_basis_points: 1_000 };
    const stake = { kind: "task", poster_id: poster.id, worker_id: worker.id, ...money };
    for (const member of [poster, worker, admin]) {
      expect((await market.get(address, member.key)).body).toEqual({ dispute: body.dispute, stake });
      expect((await taskOf(taskId, member)).dispute).toEqual(body.dispute);
    }
    for (const member of [rival, await foundOrganization(house)]) {
      expect((await market.get(address, member.key)).body).toMatchObject({ status: 404, code: "dispute_not_found" });
      expect((await taskOf(taskId, member)).dispute).toBeNull();
    }
    for (const verb of ["approve", "request-revision", "reject", "cancel", "dispute"]) {
      const frozen = await market.post(`/v1/tasks/${taskId}/${verb}`, poster.key, { reason: "Now?" });
      expect([verb, frozen.body.code, frozen.body.state]).toEqual([verb, "task_wrong_state", "disputed"]);
    }
  });

  it("may be opened by the worker, about its own work alone; a competitor that lost sees nothing of it", async () => {
    const taskId = await competition.postTask();
    const proposals = [await competition.propose(taskId, worker), await competition.propose(taskId, rival)] as const;
    const assignments = [await competition.shortlist(proposals[0]), await competition.shortlist(proposals[1])] as const;
    await competition.deliver(assignments[0], worker);
    const submissionId = await competition.deliver(assignments[1], rival);
    const vague = await dispute(taskId, poster);
    expect(vague.body).toMatchObject({ status: 400, code: "submission_ambiguous" });
    const named = await dispute(taskId, poster, { reason: "Copied.", submission_id: crypto.randomUUID() });
    expect(named.body).toMatchObject({ status: 404, code: "submission_not_found" });
    const opened = await dispute(taskId, worker, { reason: "The brief says so.", submission_id: submissionId });
    expect(opened.body.dispute).toMatchObject({ assignment_id: assignments[0], opened_by_id: worker.id });
    expect((await taskOf(taskId, rival)).dispute).toBeNull();
    expect((await market.get(`/v1/disputes/${opened.body.dispute.id}`, rival.key)).status).toBe(404);
  });

  it("needs a reason, a part in the task, and work that is neither undelivered nor paid", async () => {
    const { taskId, assignmentId } = await competition.delivered(worker);
    for (const body of [{}, { reason: " " }, { reason: "R", submission_id: 5 }]) {
      expect((await dispute(taskId, poster, body)).body).toMatchObject({ status: 400, code: "validation_failed" });
    }
    const strange = await dispute(taskId, rival);
    expect(strange.body).toMatchObject({ status: 403, code: "not_allowed" });
    await competition.expect(200, `/v1/tasks/${taskId}/request-revision`, poster.key);
    expect((await dispute(taskId, poster)).body).toMatchObject({ status: 409, state: "in_progress" });
    await competition.deliver(assignmentId, worker);
    await competition.expect(200, `/v1/tasks/${taskId}/approve`, poster.key);
    expect((await dispute(taskId, poster)).body).toMatchObject({
      status: 409,
      code: "task_wrong_state",
      state: "completed",
    });
  });

  it("is answered once, by the other side", async () => {
    const { disputeId } = await disputed();
    const answer = ({ key }: Member, body: unknown) => market.post(`/v1/disputes/${disputeId}/answer`, key, body);
    expect((await answer(worker, { response: "" })).body.errors[0].pointer).toBe("#/response");
    for (const member of [poster, rival, admin]) {
      expect((await answer(member, { response: "I say" })).body).toMatchObject({
        status: 404,
        code: "dispute_not_found",
      });
    }
    const { body } = await answer(worker, { response: "It is all there." });
    expect(body).toMatchObject({
      task: { state: "disputed" },
      dispute: { id: disputeId, response: "It is all there." },
    });
    expect((await answer(worker, { response: "And more." })).body).toMatchObject({ status: 409 });
    await rule(disputeId, { ruling: "pay" });
    expect((await answer(worker, { response: "Late." })).body).toMatchObject({
      status: 404,
      code: "dispute_not_found",
    });
  });
});

describe("approved work that may be disputed", () => {
  it("waits in escrow and is paid when the time for disputes is over", async () => {
    const { taskId } = await competition.delivered(worker, { dispute_hours: 48 });
    const before = await wallets();
    const { body } = await market.post(`/v1/tasks/${taskId}/approve`, poster.key, { rating: 5 });
    expect(body.task).toMatchObject({ state: "completed", price: 4_000, release_due_at: inHours(48) });
    expect(await wallets()).toEqual(before);
    const { balances } = (await market.get("/v1/wallet", poster.key)).body;
    expect(balances[0].held).toBeGreaterThanOrEqual(5_000);
    clock.advanceMinutes(48 * 60 + 1);
    await house.app.engine.execute(releasePayment, { taskId });
    expect(await wallets()).toEqual([before[0] + 1_000, before[1] + 3_600]);
    expect((await taskOf(taskId, poster)).task).toMatchObject({ state: "completed", release_due_at: null });
    expect((await dispute(taskId, poster)).body).toMatchObject({ status: 409, code: "task_wrong_state" });
  });

  it("can be disputed until then, and its money goes where the ruling says", async () => {
    const { taskId } = await competition.delivered(worker, { dispute_hours: 48 });
    await competition.expect(200, `/v1/tasks/${taskId}/approve`, poster.key);
    const before = await wallets();
    clock.advanceMinutes(47 * 60);
    const opened = await dispute(taskId, poster);
    expect(opened.body.task).toMatchObject({ state: "disputed", release_due_at: null });
    const ruled = await rule(opened.body.dispute.id, { ruling: "refund" });
    expect(ruled.body.task).toMatchObject({ state: "cancelled", price: null, worker_id: null });
    expect(await wallets()).toEqual([before[0] + 5_000, before[1]]);
  });
});

describe("an admin's ruling", () => {
  it.each([
    [{ ruling: "pay", note: "All of it is there." }, "completed", 4_000, 1_000, 3_600],
    [{ ruling: "split", amount: 1_001 }, "completed", 1_001, 3_999, 900],
    [{ ruling: "refund" }, "cancelled", 0, 5_000, 0],
  ])("%j ends the task as %s and pays what it says", async (ruling, state, amount, toPoster, toWorker) => {
    const { taskId, disputeId } = await disputed();
    const before = await wallets();
    const { status, body } = await rule(disputeId, ruling);
    expect([status, body]).toMatchObject([
      200,
      {
        task: { id: taskId, state },
        dispute: { ruling: ruling.ruling, ruled_amount: amount, ruled_by_id: admin.id, ruled_at: clock.now() },
      },
    ]);
    expect(await wallets()).toEqual([before[0] + toPoster, before[1] + toWorker]);
    const again = await rule(disputeId, ruling);
    expect(again.body).toMatchObject({ status: 404, code: "dispute_not_found" });
    expect((await taskOf(taskId, worker)).dispute).toMatchObject({ id: disputeId, ruling: ruling.ruling });
  });

  it("must make sense", async () => {
    const { disputeId } = await disputed();
    for (const [body, code] of [
      [{ ruling: "split" }, "ruling_invalid"],
      [{ ruling: "split", amount: 4_000 }, "ruling_invalid"],
      [{ ruling: "pay", amount: 5 }, "ruling_invalid"],
      [{ ruling: "split", amount: 0 }, "validation_failed"],
      [{ ruling: "hang" }, "validation_failed"],
      [{}, "validation_failed"],
    ] as const) {
      const answer = await rule(disputeId, body);
      expect([body, answer.status, answer.body.code]).toEqual([body, 400, code]);
    }
    for (const member of [poster, worker, competition.operator]) {
      const answer = await rule(disputeId, { ruling: "pay" }, member);
      expect(answer.body).toMatchObject({ status: 403, code: "not_allowed" });
    }
    expect((await rule(crypto.randomUUID(), { ruling: "pay" })).body).toMatchObject({ status: 404 });
  });

  it("takes a dispute off the list of those that wait, the oldest of which come first", async () => {
    const [first, second] = [await disputed(), await disputed()];
    const listed = async (query: string): Promise<string[]> => {
      const ids: string[] = [];
      for (let cursor = ""; ; ) {
        const { body } = await market.get(`/v1/admin/disputes?${query}&limit=2${cursor}`, admin.key);
        ids.push(...body.data.map(({ id }: { id: string }) => id));
        if (body.next_cursor === null) return ids;
        cursor = `&cursor=${body.next_cursor}`;
      }
    };
    const waiting = await listed("state=open");
    expect(waiting.slice(-2)).toEqual([first.disputeId, second.disputeId]);
    await rule(first.disputeId, { ruling: "refund" });
    expect(await listed("")).toEqual(waiting.filter((id) => id !== first.disputeId));
    const over = await listed("state=ruled");
    expect(over).toEqual([...over].sort().reverse());
    expect(over).toContain(first.disputeId);
    expect((await market.get("/v1/admin/disputes", poster.key)).body).toMatchObject({ status: 403 });
    expect((await market.get("/v1/admin/disputes?state=lost", admin.key)).status).toBe(400);
  });
});
