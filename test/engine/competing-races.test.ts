import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/engine/engine.ts";
import { approveSubmission } from "../../src/market/approve-submission.ts";
import { lapseLease } from "../../src/market/lapse-lease.ts";
import { openDispute } from "../../src/market/open-dispute.ts";
import { shortlistProposal } from "../../src/market/shortlist-proposal.ts";
import { withdrawProposal } from "../../src/market/withdraw-proposal.ts";
import type { Id } from "../../src/model/ids.ts";
import { EngineCompetition } from "../support/engine-competition.ts";
import { EngineStage } from "../support/engine-stage.ts";
import { apart, rounds, said, tally } from "../support/races.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** Two nodes on one database; the second one's clock can be ahead. */
let stage: EngineStage;
let near: Engine;
let far: Engine;
let competition: EngineCompetition;
let poster: Id;
const farClock = new VirtualClock();

beforeAll(async () => {
  stage = await EngineStage.open();
  near = stage.engine;
  far = stage.anotherEngine({ pool: stage.anotherDatabase().market, clock: farClock.now });
  competition = new EngineCompetition(near);
  poster = await competition.poster();
});
afterAll(async () => {
  await stage.expectLedgerToBalance();
  expect(stage.faults).toEqual([]);
  await far.close();
  await stage.close();
});

async function one<Row>(text: string, ...values: unknown[]): Promise<Row> {
  return (await stage.database.reads.query(text, values)).rows[0];
}

describe("workers who propose at the same moment, through two nodes", () => {
  it("are ten of 64 where a task takes ten, and the task counts them", async () => {
    const workers = await competition.competitors(64);
    const [taskId = ""] = await competition.tasks(1, poster, { maxProposals: 10 });
    const endings = await Promise.all(
      workers.map((worker, index) => said(competition.propose(taskId, worker, 4_000, index % 2 === 0 ? near : far))),
    );
    expect(tally(endings)).toEqual({ done: 10, task_wrong_state: 54 });
    const counted = `select state, proposal_count as "taskCounts", (select count(*) from proposals where task_id = t.id) as "thereAre"
      from tasks t where id = $1`;
    expect(await one(counted, taskId)).toEqual({ state: "selecting", taskCounts: 10, thereAre: 10 });
  });

  it("are one of two where one place is left", async () => {
    const workers = await competition.competitors(2);
    const tasks = await competition.tasks(rounds.length, poster, { maxProposals: 1 });
    for (const taskId of tasks) {
      const endings = await Promise.all(
        workers.map((worker, index) => said(competition.propose(taskId, worker, 4_000, index === 0 ? near : far))),
      );
      expect(endings.sort()).toEqual(["done", "task_wrong_state"]);
    }
  });

  it("are one where the worker is the same", async () => {
    const [worker = ""] = await competition.competitors(1);
    const tasks = await competition.tasks(rounds.length, poster);
    for (const taskId of tasks) {
      const endings = await Promise.all(
        [near, far, near, far].map((engine) => said(competition.propose(taskId, worker, 1, engine))),
      );
      expect(tally(endings)).toEqual({ done: 1, proposal_exists: 3 });
    }
  });
});

describe("two who decide about the same thing at the same moment, through two nodes", () => {
  it("shortlist and withdraw: the worker is bound or gone, never both", async () => {
    const [workerId = ""] = await competition.competitors(1);
    const tasks = await competition.tasks(rounds.length, poster);
    const winners = new Set<string>();
    for (const [index, taskId] of tasks.entries()) {
      const ref = { taskId, workerId, posterId: poster, proposalId: await competition.propose(taskId, workerId) };
      const [shortlisted, withdrawn] = await Promise.all([
        apart(index % 4, () => said(near.execute(shortlistProposal, ref))),
        apart(3 - (index % 4), () => said(far.execute(withdrawProposal, ref))),
      ]);
      expect([shortlisted, withdrawn].sort()).toEqual(["done", "proposal_decided"]);
      const state = shortlisted === "done" ? "in_progress" : "open";
      expect(await one("select state, proposal_count as count from tasks where id = $1", taskId)).toEqual({
        state,
        count: shortlisted === "done" ? 1 : 0,
      });
      winners.add(state);
    }
    expect(winners.size, "one of them always came first: there was no race").toBe(2);
  });

  it("approve two deliveries: one worker is paid, the other rejected", async () => {
    const workers = await competition.competitors(2);
    const tasks = await competition.tasks(rounds.length, poster);
    for (const taskId of tasks) {
      const engagements = await competition.shortlisted(taskId, poster, workers);
      const submissions = await Promise.all(engagements.map((engagement) => competition.deliver(engagement)));
      const endings = await Promise.all(
        submissions.map((submissionId, index) =>
          said((index === 0 ? near : far).execute(approveSubmission, { taskId, submissionId, reviewerId: poster })),
        ),
      );
      expect(endings.sort()).toEqual(["done", "task_wrong_state"]);
      const paid = `select count(*) as payments, min(x.amount) as amount, bool_and(x.credit = 'party:' || a.worker_id || ':usd') as "toWinner"
        from transfers x join assignments a on a.task_id = x.task_id and a.state = 'accepted'
        where x.task_id = $1 and x.kind = 'payment'`;
      expect(await one(paid, taskId)).toEqual({ payments: 1, amount: 3_600, toWinner: true });
    }
  });

  it("let an agent in and turn it away: the last word is one that may follow the first", async () => {
    const agents = await competition.applicants(rounds.length);
    for (const agentId of agents) {
      const [approved, rejected] = await Promise.all([
        said(competition.decide(agentId, "approved", near)),
        said(competition.decide(agentId, "rejected", far)),
      ]);
      expect(approved).toBe("done");
      expect(["done", "approval_wrong_state"]).toContain(rejected);
      const { approval } = await one<{ approval: string }>("select approval from parties where id = $1", agentId);
      expect(approval, "who was let in can no longer be turned away").toBe("approved");
    }
  });

  it("dispute and the end of the review window: the work is disputed or paid, never both", async () => {
    const [worker = ""] = await competition.competitors(1);
    const tasks = await competition.tasks(rounds.length, poster, { reviewHours: 1 });
    const engaged = await Promise.all(tasks.map((taskId) => competition.shortlisted(taskId, poster, [worker])));
    await Promise.all(engaged.flat().map((engagement) => competition.deliver(engagement)));
    farClock.advanceMinutes(60);
    const outcomes = new Set<string>();
    for (const [index, taskId] of tasks.entries()) {
      const dispute = { taskId, partyId: poster, submissionId: null, reason: "No." };
      const [disputed, approved] = await Promise.all([
        apart(index % 4, () => said(near.execute(openDispute, dispute))),
        apart(3 - (index % 4), () => said(far.execute(approveSubmission, { taskId, reviewerId: null }))),
      ]);
      expect([disputed, approved].sort()).toEqual(["done", "task_wrong_state"]);
      const { state } = await one<{ state: string }>("select state from tasks where id = $1", taskId);
      expect(state).toBe(disputed === "done" ? "disputed" : "completed");
      outcomes.add(state);
    }
    expect(outcomes.size, "one of them always came first: there was no race").toBe(2);
  });
});

describe("a delivery through one node", () => {
  it("and the end of its time through another: it is in or lost, never both", async () => {
    const [worker = ""] = await competition.competitors(1);
    const tasks = await competition.tasks(rounds.length, poster, { timeLimitMinutes: 60, expiresInHours: null });
    const engagements = (
      await Promise.all(tasks.map((taskId) => competition.shortlisted(taskId, poster, [worker])))
    ).flat();
    farClock.advanceMinutes(60);
    const outcomes = new Set<string>();
    for (const [index, engagement] of engagements.entries()) {
      const [delivered, lapsed] = await Promise.all([
        apart(index % 4, () => said(competition.deliver(engagement))),
        apart(3 - (index % 4), () => said(far.execute(lapseLease, engagement))),
      ]);
      const taskState = "select state from tasks where id = $1";
      const { state } = await one<{ state: string }>(taskState, engagement.taskId);
      if (delivered === "done") expect([lapsed, state]).toEqual(["task_wrong_state", "in_review"]);
      else expect([delivered, lapsed, state]).toEqual(["lease_lost", "done", "open"]);
      outcomes.add(state);
    }
    expect(outcomes.size, "one of them always came first: there was no race").toBe(2);
  });

  it("and its worker's suspension through another: it is whole or not there, and the last of that worker", async () => {
    const workers = await competition.competitors(rounds.length);
    const tasks = await competition.tasks(rounds.length, poster, { expiresInHours: null });
    for (const [index, workerId] of workers.entries()) {
      const [engagement] = await competition.shortlisted(tasks[index] ?? "", poster, [workerId]);
      if (engagement === undefined) return expect.fail();
      const [delivered, suspended] = await Promise.all([
        apart(index % 4, () => said(competition.deliver(engagement))),
        apart(3 - (index % 4), () => said(competition.decide(workerId, "suspended", far))),
      ]);
      expect(suspended).toBe("done");
      const there = `select state, (select count(*) from submissions where task_id = t.id) as submissions,
        (select count(*) from evaluations where task_id = t.id) as evaluations from tasks t where id = $1`;
      const isIn = delivered === "done";
      expect(await one(there, engagement.taskId)).toEqual({
        state: isIn ? "in_review" : "in_progress",
        submissions: Number(isIn),
        evaluations: Number(isIn),
      });
      expect(await said(competition.deliver(engagement, far))).toBe("agent_not_approved");
    }
  });
});
