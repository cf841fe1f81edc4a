import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approveSubmission } from "../../src/market/approve-submission.ts";
import { cancelTask } from "../../src/market/cancel-task.ts";
import { expireTask } from "../../src/market/expire-task.ts";
import { lapseLease } from "../../src/market/lapse-lease.ts";
import type { Id } from "../../src/model/ids.ts";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { endingOf } from "../support/engine-stage.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

interface Member {
  readonly id: Id;
  readonly key: string;
}

const config = { signupCredits: 100_000 };
/** What the AgentMarket door gives every task. */
const [leaseHours, boardDays, reviewHours] = [24, 30, 72];

/** Two nodes on one database. The second one's clock is ahead, so that time itself can race with people. */
let testDatabase: TestDatabase;
let near: TestHouse;
let far: TestHouse;
const nearClock = new VirtualClock();
const farClock = new VirtualClock();
let nodes: readonly [AgentMarketClient, AgentMarketClient];
let poster: Member;
let workers: readonly Member[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  near = await openTestHouse({ database: testDatabase, config, clock: nearClock.now });
  far = await openTestHouse({ database: testDatabase, config, clock: farClock.now });
  nodes = [new AgentMarketClient(near.url), new AgentMarketClient(far.url)];
  poster = await nodes[0].register();
  workers = await Promise.all(Array.from({ length: 50 }, () => nodes[0].register()));
});
afterAll(async () => {
  await near.close();
  await far.close();
  await testDatabase.drop();
});

function postTasks(count: number, overrides: Record<string, unknown> = {}): Promise<Id[]> {
  return Promise.all(Array.from({ length: count }, () => nodes[0].postTask(poster.key, overrides)));
}

/** The status of an accept, through one of these nodes. */
async function accept(taskId: Id, worker: Member, node: AgentMarketClient): Promise<number> {
  return (await node.post(`/api/tasks/${taskId}/accept`, worker.key)).status;
}

async function complete(taskId: Id, worker: Member, node: AgentMarketClient): Promise<number> {
  return (await node.post(`/api/tasks/${taskId}/complete`, worker.key, { result: "Done." })).status;
}

async function credits(): Promise<Map<Id, number>> {
  const { rows } = await near.app.database.reads.query("select party_id as id, balance from wallets");
  return new Map(rows.map((row) => [row.id, row.balance]));
}

async function stateOf(taskId: Id): Promise<string> {
  return (await near.app.database.reads.query("select state from tasks where id = $1", [taskId])).rows[0].state;
}

async function count(query: string): Promise<number> {
  return (await near.app.database.reads.query(`select count(*) as count from ${query}`)).rows[0].count;
}

function tally(values: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[String(value)] = (counts[String(value)] ?? 0) + 1;
  return counts;
}

/** What an engine said: `done`, or the code of its refusal. */
async function said(promise: Promise<unknown>): Promise<string> {
  const ending = await endingOf(promise);
  return typeof ending === "string" ? ending : "done";
}

/** Worker number `index`, whichever task it is for. */
function worker(index: number): Member {
  return workers[index % workers.length] ?? poster;
}

const groupSize = 10;

/**
 * Runs the races of a group of tasks side by side, group after group. `spread` gives each task and each of its rivals a
 * delay of its own, from none to half of what the door takes for such a group: then everybody is first somewhere.
 */
async function inGroups<Outcome>(
  tasks: readonly Id[],
  raceFor: (taskId: Id, index: number, spread: (rival: number) => number) => Promise<Outcome>,
): Promise<Outcome[]> {
  const warmUp = await postTasks(groupSize, { budget: 1 });
  const startedMs = performance.now();
  await Promise.all(warmUp.flatMap((taskId) => [1, 2, 3].map((number) => accept(taskId, worker(number), nodes[0]))));
  const longestMs = (performance.now() - startedMs) / 2;
  const outcomes: Outcome[] = [];
  for (let first = 0; first < tasks.length; first += groupSize) {
    const group = tasks.slice(first, first + groupSize).map((taskId, offset) => {
      const index = first + offset;
      return raceFor(taskId, index, (rival) => (longestMs * ((index * (7 + 4 * rival)) % 31)) / 31);
    });
    outcomes.push(...(await Promise.all(group)));
  }
  return outcomes;
}

async function delayed<Result>(delayMs: number, make: () => Promise<Result>): Promise<Result> {
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  return make();
}

async function race(taskCount: number, throughNodes: readonly AgentMarketClient[]): Promise<void> {
  const tasks = await postTasks(taskCount);
  const before = await credits();
  const statuses: number[] = [];
  for (const taskId of tasks) {
    const answers = await Promise.all(
      workers.map((each, index) => accept(taskId, each, throughNodes[index % throughNodes.length] ?? nodes[0])),
    );
    statuses.push(...answers);
  }
  expect(tally(statuses)).toEqual({ 200: taskCount, 409: taskCount * (workers.length - 1) });
  const winners = `assignments where state = 'active' and task_id = any('{${tasks.join()}}')`;
  expect(await count(winners)).toBe(taskCount);
  expect(await count(`(select distinct task_id from ${winners}) each`)).toBe(taskCount);
  expect(await credits()).toEqual(before);
  await near.expectLedgerToBalance();
}

describe("fifty workers who accept the same task", { timeout: 60_000 }, () => {
  it("are one winner and 49 conflicts, 200 times, and the money stays where it was", () => race(200, [nodes[0]]));

  it("are one winner and 49 conflicts also when they come through two nodes", () => race(40, nodes));
});

describe("people and time that act on one task at the same moment, through two nodes", { timeout: 60_000 }, () => {
  it("accept, cancel and expire: one of them has it, and a refund happens once or not at all", async () => {
    const tasks = await postTasks(60, { budget: 7 });
    farClock.advanceDays(boardDays);
    const outcomes = await inGroups(tasks, async (taskId, index, spread) => {
      const cancel = () => said(far.app.engine.execute(cancelTask, { taskId, posterId: poster.id }));
      const expire = () => said(far.app.engine.execute(expireTask, { taskId }));
      const [accepts, cancelled, expired] = await Promise.all([
        Promise.all([0, 1, 2].map((number) => accept(taskId, worker(index + number), nodes[0]))),
        delayed(spread(1), cancel),
        delayed(spread(2), expire),
      ]);
      const won = accepts.filter((status) => status === 200).length;
      expect(tally(accepts)).toEqual(won === 1 ? { 200: 1, 409: 2 } : { 409: 3 });
      const endings = {
        in_progress: won,
        cancelled: Number(cancelled === "done"),
        expired: Number(expired === "done"),
      };
      expect(endings.in_progress + endings.cancelled + endings.expired).toBe(1);
      const state = await stateOf(taskId);
      expect(endings).toHaveProperty(state, 1);
      const refunds = await count(`transfers where kind = 'refund' and task_id = '${taskId}'`);
      expect(refunds).toBe(state === "in_progress" ? 0 : 1);
      return state;
    });
    // Where one of them always came first there was no race.
    expect(new Set(outcomes).size).toBeGreaterThan(1);
    await near.expectLedgerToBalance();
  });

  it("complete twice and the end of the lease: the worker is paid once, or loses the task", async () => {
    const tasks = await postTasks(60, { budget: 10 });
    await Promise.all(tasks.map((taskId, index) => accept(taskId, worker(index), nodes[0])));
    const leases = await near.app.database.reads.query("select task_id, id from assignments where task_id = any($1)", [
      tasks,
    ]);
    const assignmentOf = new Map<Id, Id>(leases.rows.map((row) => [row.task_id, row.id]));
    // The far node, whose clock is a month ahead by now, says that the lease of a day is over; the near one says not.
    farClock.advanceMinutes(leaseHours * 60);
    const outcomes = await inGroups(tasks, async (taskId, index, spread) => {
      const lapse = { taskId, assignmentId: assignmentOf.get(taskId) ?? "" };
      const [first, second, lapsed] = await Promise.all([
        complete(taskId, worker(index), nodes[0]),
        complete(taskId, worker(index), nodes[0]),
        delayed(spread(1), () => said(far.app.engine.execute(lapseLease, lapse))),
      ]);
      const paid = [first, second].filter((status) => status === 200).length;
      expect(paid + Number(lapsed === "done")).toBe(1);
      expect(await count(`transfers where kind = 'payment' and task_id = '${taskId}'`)).toBe(paid);
      const state = await stateOf(taskId);
      expect(state).toBe(paid === 1 ? "completed" : "expired");
      return state;
    });
    expect(new Set(outcomes)).toEqual(new Set(["completed", "expired"]));
    await near.expectLedgerToBalance();
  });

  it("approve by the poster and by time, through both nodes, five times each: paid once", async () => {
    const tasks = await postTasks(40, { budget: 10, review: "manual" });
    await Promise.all(tasks.map((taskId, index) => accept(taskId, worker(index), nodes[0])));
    await Promise.all(tasks.map((taskId, index) => complete(taskId, worker(index), nodes[0])));
    farClock.advanceMinutes(reviewHours * 60);
    const fees = await count("transfers where kind = 'fee'");
    await Promise.all(
      tasks.map(async (taskId) => {
        const byPoster = { taskId, reviewerId: poster.id };
        const attempts = [1, 2, 3, 4, 5].flatMap(() => [
          said(near.app.engine.execute(approveSubmission, byPoster)),
          said(far.app.engine.execute(approveSubmission, byPoster)),
          said(far.app.engine.execute(approveSubmission, { taskId, reviewerId: null })),
          said(far.app.engine.execute(cancelTask, { taskId, posterId: poster.id })),
        ]);
        expect(tally(await Promise.all(attempts))).toEqual({ done: 1, task_wrong_state: 19 });
        expect(await stateOf(taskId)).toBe("completed");
      }),
    );
    expect(await count("transfers where kind = 'fee'")).toBe(fees + tasks.length);
    await near.expectLedgerToBalance();
  });
});
