import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { approveOverdue } from "../../src/jobs/approve-overdue.ts";
import type { Job, JobContext } from "../../src/jobs/context.ts";
import { expireTasks } from "../../src/jobs/expire-tasks.ts";
import { lapseLeases } from "../../src/jobs/lapse-leases.ts";
import { releasePayments } from "../../src/jobs/release-payments.ts";
import { approveSubmission } from "../../src/market/approve-submission.ts";
import { openDispute } from "../../src/market/open-dispute.ts";
import { releasePayment } from "../../src/market/release-payment.ts";
import { requestRevision } from "../../src/market/request-revision.ts";
import type { Id } from "../../src/model/ids.ts";
import { addMinutes } from "../../src/model/instant.ts";
import { EngineCompetition } from "../support/engine-competition.ts";
import { EngineStage, endingOf } from "../support/engine-stage.ts";
import { openTestHouse } from "../support/test-house.ts";

const [hour, day] = [60, 24 * 60];
/** Past 2^31 ms, where a timer of the runtime's own would go off at once. */
const longWait = 26 * day;

let stage: EngineStage;
let competition: EngineCompetition;
let poster: Id;
let workers: readonly [Id, Id];

beforeEach(async () => {
  stage = await EngineStage.open();
  competition = new EngineCompetition(stage.engine);
  poster = await competition.poster();
  const [first = "", second = ""] = await competition.competitors(2);
  workers = [first, second];
});
afterEach(async () => {
  await stage.expectLedgerToBalance();
  expect(stage.faults).toEqual([]);
  await stage.close();
});

/** What a node that has only just started handles. */
function freshNode(): (job: Job) => Promise<number> {
  const { market, reads } = stage.anotherDatabase();
  const engine = stage.anotherEngine({ pool: market });
  return (job) => job({ engine, reads, clock: stage.clock.now } as JobContext);
}

const timers: readonly Job[] = [expireTasks, lapseLeases, approveOverdue, releasePayments];

/** Nothing is due a moment before; then the job handles this many, once. */
async function expectOnce(job: Job, afterMinutes: number, handled: number): Promise<void> {
  const moment = 1 / 60_000;
  const sweep = freshNode();
  stage.clock.advanceMinutes(afterMinutes - moment);
  for (const each of timers) expect(await sweep(each)).toBe(0);
  stage.clock.advanceMinutes(moment);
  expect(await sweep(job)).toBe(handled);
  for (const each of timers) expect(await sweep(each)).toBe(0);
}

async function task(taskId: Id) {
  const text = `select t.state, t.price, coalesce(b.balance, 0) as poster from tasks t
    left join wallets b on b.party_id = t.poster_id and b.currency = 'usd' where t.id = $1`;
  const { state, price, poster: balance } = (await stage.database.reads.query(text, [taskId])).rows[0];
  return { state, price, spent: 100_000_000 - balance };
}

async function earned(workerId: Id): Promise<number> {
  const text = "select balance from wallets where party_id = $1 and currency = 'usd'";
  return (await stage.database.reads.query(text, [workerId])).rows[0]?.balance ?? 0;
}

/** A job waits in the queue for the second in which the deadline falls. */
async function expectQueued(name: string, afterMinutes: number): Promise<void> {
  const text = "select run_at from graphile_worker.jobs where task_identifier = $1 order by run_at desc limit 1";
  const { rows } = await stage.database.reads.query(text, [name]);
  expect(rows).toEqual([{ run_at: addMinutes(stage.clock.now(), afterMinutes) }]);
}

describe.each([
  ["an hour or two", 1],
  ["more than 25 days", 26 * 24],
])("after %s, on a node that has just started,", (_how, scale) => {
  const wait = scale * hour;

  it("a competition that nobody was chosen in ends at its deadline, open or full, with a refund", async () => {
    const terms = { expiresInHours: scale, maxProposals: 1 };
    const [open = "", full = ""] = await competition.tasks(2, poster, terms);
    await expectQueued("expire-tasks", wait);
    await competition.propose(full, workers[0]);
    await expectOnce(expireTasks, wait, 2);
    for (const taskId of [open, full]) expect(await task(taskId)).toEqual({ state: "expired", price: null, spent: 0 });
  });

  it("the time to deliver ends for each worker by itself, and the review begins with what is there", async () => {
    const [taskId = ""] = await competition.tasks(1, poster, { timeLimitMinutes: wait, expiresInHours: null });
    const [workerId, later] = workers;
    const proposalId = await competition.propose(taskId, later);
    const [first] = await competition.shortlisted(taskId, poster, [workerId]);
    if (first === undefined) return expect.fail();
    await expectQueued("lapse-leases", wait);
    stage.clock.advanceMinutes(30);
    await competition.shortlist({ taskId, workerId: later, proposalId }, poster);
    await competition.deliver(first);
    await expectOnce(lapseLeases, wait, 1);
    expect(await task(taskId)).toMatchObject({ state: "in_review" });
    await expectOnce(approveOverdue, 72 * hour, 1);
    expect(await earned(workers[0])).toBe(3_600);
  });

  it("the review window ends with the first of several deliveries accepted", async () => {
    const [taskId = ""] = await competition.tasks(1, poster, { reviewHours: scale });
    const [first, second] = await competition.shortlisted(taskId, poster, workers);
    if (first === undefined || second === undefined) return expect.fail();
    await competition.deliver(second);
    stage.clock.advanceMinutes(30);
    await competition.deliver(first);
    await expectQueued("approve-overdue", wait);
    await expectOnce(approveOverdue, wait, 1);
    expect(await task(taskId)).toEqual({ state: "completed", price: 4_000, spent: 4_000 });
    expect([await earned(workers[0]), await earned(workers[1])]).toEqual([0, 3_600]);
  });

  it("a review that was broken off by a revision has its whole window again", async () => {
    const [taskId = ""] = await competition.tasks(1, poster, { reviewHours: scale, timeLimitMinutes: longWait * 2 });
    const [first] = await competition.shortlisted(taskId, poster, [workers[0]]);
    if (first === undefined) return expect.fail();
    await competition.deliver(first);
    stage.clock.advanceMinutes(wait / 2);
    await stage.engine.execute(requestRevision, { taskId, posterId: poster, reason: "More." });
    stage.clock.advanceMinutes(wait / 2);
    expect(await freshNode()(approveOverdue)).toBe(0);
    await competition.deliver(first);
    await expectOnce(approveOverdue, wait, 1);
    expect(await earned(workers[0])).toBe(3_600);
  });

  it("approved work is paid when it can no longer be disputed; what was disputed stays frozen", async () => {
    const [paid = "", frozen = ""] = await competition.tasks(2, poster, { disputeHours: scale });
    await competition.approved(paid, poster, workers[0]);
    await competition.approved(frozen, poster, workers[1]);
    await expectQueued("release-payments", wait);
    stage.clock.advanceMinutes(wait / 2);
    const dispute = { taskId: frozen, partyId: poster, submissionId: null, reason: "No." };
    await stage.engine.execute(openDispute, dispute);
    expect(await task(paid)).toEqual({ state: "completed", price: 4_000, spent: 10_000 });
    await expectOnce(releasePayments, wait / 2, 1);
    expect(await task(paid)).toEqual({ state: "completed", price: 4_000, spent: 9_000 });
    expect([await earned(workers[0]), await earned(workers[1])]).toEqual([3_600, 0]);
    expect(await task(frozen)).toMatchObject({ state: "disputed" });
  });
});

describe("a payment that waits", () => {
  it("is made by the job that was queued for it, across a restart of the whole server", async () => {
    const [taskId = ""] = await competition.tasks(1, poster, { disputeHours: 30 * 24 });
    await competition.approved(taskId, poster, workers[0]);
    stage.clock.advanceDays(30);
    const house = await openTestHouse({ database: stage.testDatabase, clock: stage.clock.now, takesJobs: true });
    try {
      await expect.poll(() => earned(workers[0]), { timeout: 15_000 }).toBe(3_600);
    } finally {
      await house.close();
    }
  });

  it("is made once, whoever else comes to make it at the same moment", async () => {
    const [taskId = ""] = await competition.tasks(1, poster, { disputeHours: 1 });
    await competition.approved(taskId, poster, workers[0]);
    stage.clock.advanceMinutes(hour);
    const handled = await Promise.all([1, 2, 3].map(() => freshNode()(releasePayments)));
    expect(handled.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(await earned(workers[0])).toBe(3_600);
    expect(await endingOf(stage.engine.execute(releasePayment, { taskId }))).toBe("task_wrong_state");
    const again = { taskId, reviewerId: poster };
    expect(await endingOf(stage.engine.execute(approveSubmission, again))).toBe("task_wrong_state");
  });
});
