import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approveOverdue } from "../../src/jobs/approve-overdue.ts";
import type { JobContext } from "../../src/jobs/context.ts";
import { expireTasks } from "../../src/jobs/expire-tasks.ts";
import { lapseLeases } from "../../src/jobs/lapse-leases.ts";
import { approveSubmission } from "../../src/market/approve-submission.ts";
import { LocalObjectStore } from "../../src/outbound/local-object-store.ts";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { expectRefusal } from "./support/expectations.ts";

const clock = new VirtualClock();
let house: TestHouse;
let market: AgentMarketClient;
let jobs: JobContext;

beforeAll(async () => {
  house = await openTestHouse({ clock: clock.now });
  market = new AgentMarketClient(house.url);
  const objects = new LocalObjectStore("no job here opens a file");
  jobs = { engine: house.app.engine, reads: house.app.database.reads, clock: clock.now, objects };
});
afterAll(() => house.close());

const leaseMinutes = 24 * 60;

interface Deal {
  readonly id: string;
  readonly poster: { id: string; key: string };
  readonly worker: { id: string; key: string };
}

async function openDeal(overrides: Record<string, unknown> = {}): Promise<Deal> {
  const [poster, worker] = await Promise.all([market.register(), market.register()]);
  return { id: await market.postTask(poster.key, overrides), poster, worker };
}

async function acceptedDeal(overrides: Record<string, unknown> = {}): Promise<Deal> {
  const deal = await openDeal(overrides);
  expect((await accept(deal.id, deal.worker.key)).status).toBe(200);
  return deal;
}

const accept = (id: string, key: string) => market.post(`/api/tasks/${id}/accept`, key);
const complete = (id: string, key: string, result: unknown = "Done.") =>
  market.post(`/api/tasks/${id}/complete`, key, { result });
const statusOf = async (id: string) => (await market.get(`/api/tasks/${id}`)).body.data.status;
const balanceOf = async (key: string) => (await market.get("/api/wallet", key)).body.balance;

describe("accepting a task", () => {
  it("binds one worker, without matching capabilities and without moving the worker's money", async () => {
    const { id, worker } = await openDeal({ required_capabilities: ["never-heard-of"] });
    const { status, body } = await accept(id, worker.key);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      balance: 100,
      data: { id, status: "assigned", assigned_to: worker.id, assigned_at: clock.now(), result: null },
    });
  });

  it("is forbidden to the task's own poster", async () => {
    const { id, poster } = await openDeal();
    expectRefusal(await accept(id, poster.key), 403, "own_task", 75);
    expect(await statusOf(id)).toBe("open");
  });

  it("is too late once somebody else has it, also for the same worker again and after completion", async () => {
    const { id, worker } = await acceptedDeal();
    const late = await market.register();
    expectRefusal(await accept(id, late.key), 409, "task_taken", 100);
    expectRefusal(await accept(id, worker.key), 409, "task_taken", 100);
    await complete(id, worker.key);
    expectRefusal(await accept(id, late.key), 409, "task_wrong_state", 100);
  });

  it("is forbidden to an agent that rests, which completes what it has accepted", async () => {
    const { id, worker } = await acceptedDeal();
    const other = await openDeal();
    const native = new NativeClient(house.url);
    const pause = (paused: boolean) => native.send("PATCH", `/v1/agents/${worker.id}`, { paused }, { key: worker.key });
    await pause(true);
    expectRefusal(await accept(other.id, worker.key), 403, "agent_paused", 100);
    expect((await complete(id, worker.key)).status).toBe(200);
    await pause(false);
    expect((await accept(other.id, worker.key)).status).toBe(200);
  });

  it("goes to exactly one of twenty at once", async () => {
    const { id } = await openDeal();
    const workers = await Promise.all(Array.from({ length: 20 }, () => market.register()));
    const answers = await Promise.all(workers.map((worker) => accept(id, worker.key)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
  });

  it("finds nothing by an unknown id or by something that is no id", async () => {
    const { key } = await market.register();
    for (const id of [crypto.randomUUID(), "not-a-uuid"]) {
      expectRefusal(await accept(id, key), 404, "task_not_found", 100);
      expectRefusal(await complete(id, key), 404, "task_not_found", 100);
    }
  });

  it("ignores a body, and works in whatever case the id is written", async () => {
    const { id, worker } = await openDeal();
    expect((await market.post(`/api/tasks/${id.toUpperCase()}/accept`, worker.key, {})).status).toBe(200);
  });
});

describe("completing a task", () => {
  it("pays the worker 90 % rounded down and the platform the rest", async () => {
    for (const [budget, balance] of [
      [25, 122],
      [1, 100],
      [10, 109],
      [99, 189],
    ] as const) {
      const { id, worker, poster } = await acceptedDeal({ budget });
      const { body } = await complete(id, worker.key);
      expect(body).toMatchObject({
        balance,
        data: { status: "completed", result: "Done.", completed_at: clock.now() },
      });
      expect(await balanceOf(worker.key)).toBe(balance);
      expect(await balanceOf(poster.key)).toBe(100 - budget);
      expect((await market.get(`/api/agents/${worker.id}`)).body.data.total_tasks).toBe(1);
    }
    await house.expectLedgerToBalance();
  });

  it("is forbidden to everyone but the worker, also before anyone has accepted", async () => {
    const open = await openDeal();
    expectRefusal(await complete(open.id, open.worker.key), 403, "not_assignee", 100);
    const { id, poster } = await acceptedDeal();
    expectRefusal(await complete(id, poster.key), 403, "not_assignee", 75);
    expectRefusal(await complete(id, open.worker.key), 403, "not_assignee", 100);
  });

  it("happens once", async () => {
    const { id, worker } = await acceptedDeal();
    const answers = await Promise.all(Array.from({ length: 5 }, () => complete(id, worker.key)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    expectRefusal(await complete(id, worker.key), 409, "task_wrong_state", 122);
  });

  it.each([
    ["empty", ""],
    ["blank", " \n\t"],
    ["missing", undefined],
    ["null", null],
    ["a number", 5],
  ])("needs a result that is not %s", async (_what, result) => {
    const { id, worker } = await acceptedDeal();
    const answer = await market.post(`/api/tasks/${id}/complete`, worker.key, { result });
    expectRefusal(answer, 400, "validation_failed", 100);
    expect(await statusOf(id)).toBe("assigned");
  });

  it("keeps a result of 100,000 characters as it was sent and refuses one more", async () => {
    const { id, worker, poster } = await acceptedDeal();
    const result = `<b>\\"'${"é".repeat(99_994)}`;
    expectRefusal(await complete(id, worker.key, `${result}${result}`), 400, "validation_failed", 100);
    expect((await complete(id, worker.key, result)).status).toBe(200);
    expect((await market.get(`/api/tasks/${id}`, poster.key)).body.data.result).toBe(result);
  });
});

describe("a lease", () => {
  it("refuses work the moment it runs out, before any job has come round, and then goes to another worker", async () => {
    const { id, worker, poster } = await acceptedDeal();
    clock.advanceMinutes(leaseMinutes);
    expectRefusal(await complete(id, worker.key), 409, "lease_lost", 100);
    expect(await lapseLeases(jobs)).toBeGreaterThanOrEqual(1);
    expect(await statusOf(id)).toBe("open");
    expectRefusal(await complete(id, worker.key), 409, "lease_lost", 100);
    const second = await market.register();
    expect((await accept(id, second.key)).status).toBe(200);
    expectRefusal(await complete(id, worker.key), 409, "lease_lost", 100);
    expect((await complete(id, second.key)).body.balance).toBe(122);
    expect(await balanceOf(poster.key)).toBe(75);
    await house.expectLedgerToBalance();
  });

  it("lets work in until its last minute", async () => {
    const { id, worker } = await acceptedDeal();
    clock.advanceMinutes(leaseMinutes - 1);
    await lapseLeases(jobs);
    expect((await complete(id, worker.key)).status).toBe(200);
  });

  it("ends on the board with a refund when nobody takes the task for 30 days", async () => {
    const { id, poster, worker } = await openDeal();
    clock.advanceDays(30);
    expectRefusal(await accept(id, worker.key), 409, "task_wrong_state", 100);
    await expireTasks(jobs);
    expect(await statusOf(id)).toBe("cancelled");
    expect(await balanceOf(poster.key)).toBe(100);
  });
});

describe("manual review", () => {
  it("keeps the task assigned and unpaid until the poster approves", async () => {
    const { id, worker, poster } = await acceptedDeal({ review: "manual" });
    const handedIn = await complete(id, worker.key, "Look at this");
    expect(handedIn.body).toMatchObject({
      balance: 100,
      data: {
        status: "assigned",
        review: "manual",
        result: "Look at this",
        assigned_to: worker.id,
        completed_at: null,
      },
    });
    expectRefusal(await complete(id, worker.key), 409, "task_wrong_state", 100);
    expect((await market.get(`/api/tasks/${id}`, poster.key)).body.data.result).toBe("Look at this");
    await house.app.engine.execute(approveSubmission, { taskId: id, reviewerId: poster.id });
    expect((await market.get(`/api/tasks/${id}`, worker.key)).body).toMatchObject({
      balance: 122,
      data: { status: "completed", result: "Look at this" },
    });
  });

  it("is approved by time after 72 hours", async () => {
    const { id, worker } = await acceptedDeal({ review: "manual" });
    await complete(id, worker.key);
    clock.advanceMinutes(72 * 60 - 1);
    await approveOverdue(jobs);
    expect(await statusOf(id)).toBe("assigned");
    clock.advanceMinutes(1);
    await approveOverdue(jobs);
    expect(await statusOf(id)).toBe("completed");
    expect(await balanceOf(worker.key)).toBe(122);
    await house.expectLedgerToBalance();
  });
});
