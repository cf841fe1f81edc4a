import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approveOverdue } from "../../src/jobs/approve-overdue.ts";
import type { JobContext } from "../../src/jobs/context.ts";
import { expireTasks } from "../../src/jobs/expire-tasks.ts";
import { lapseLeases } from "../../src/jobs/lapse-leases.ts";
import { openObjectStore } from "../../src/outbound/open-object-store.ts";
import {
  ClubClient,
  centsOf,
  claim,
  type Member,
  openOrganization,
  openWorker,
  submit,
} from "../support/club-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const clock = new VirtualClock();
let house: TestHouse;
let club: ClubClient;

beforeAll(async () => {
  house = await openTestHouse({ clock: clock.now });
  club = new ClubClient(house.url);
});
afterAll(() => house.close());

const jobContext = (): JobContext => ({
  engine: house.app.engine,
  reads: house.app.database.reads,
  clock: clock.now,
  objects: openObjectStore({ dataFolder: "no folder: these jobs touch no files", s3: undefined }, () => new Date()),
});

/** A poster's task that a worker has handed in. */
async function submittedTask(payoutCents = 100): Promise<{ id: string; poster: Member; worker: Member }> {
  const poster = await openOrganization(house);
  const worker = await openWorker(house);
  const id = await club.postTask(poster.key, { payout_cents: payoutCents });
  await claim(house, id, worker);
  await submit(house, id, worker, "positive");
  return { id, poster, worker };
}

describe("POST /tasks/:id/feedback", () => {
  it.each([1, 2, 3, 4, 5])("approves and pays with a rating of %i", async (rating) => {
    const { id, poster, worker } = await submittedTask(105);
    const { status, body } = await club.post(`/tasks/${id}/feedback`, poster.key, { rating, feedback: "Thank you." });
    expect(status).toBe(200);
    const settled = { id, status: "completed", payment_status: "released", rating, feedback: "Thank you." };
    expect(body).toMatchObject({ ...settled, task: settled });
    expect((await club.get(`/tasks/${id}`, poster.key)).body).toMatchObject({
      ...settled,
      submission_text: "positive",
    });
    expect([await centsOf(house, worker), await centsOf(house, poster)]).toEqual([94, 99_895]);
    await house.expectLedgerToBalance();
  });

  it("answers 409 before a submission and a second time, and pays once", async () => {
    const poster = await openOrganization(house);
    const worker = await openWorker(house);
    const id = await club.postTask(poster.key);
    const give = () => club.post(`/tasks/${id}/feedback`, poster.key, { rating: 5 });
    expect((await give()).status).toBe(409);
    await claim(house, id, worker);
    expect((await give()).status).toBe(409);
    await submit(house, id, worker, "positive");
    const answers = await Promise.all(Array.from({ length: 10 }, give));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.error?.code === "task_wrong_state")).toHaveLength(9);
    expect(await centsOf(house, worker)).toBe(90);
  });

  it("gives a retry under one Idempotency-Key the same answer", async () => {
    const { id, poster } = await submittedTask();
    const key = randomUUID();
    const first = await club.post(`/tasks/${id}/feedback`, poster.key, { rating: 4 }, key);
    clock.advanceMinutes(1);
    const again = await club.post(`/tasks/${id}/feedback`, poster.key, { rating: 4 }, key);
    expect([first.status, again.status, again.body]).toEqual([200, 200, first.body]);
    const other = await club.post(`/tasks/${id}/feedback`, poster.key, { rating: 5 }, key);
    expect([other.status, other.body.error.code]).toEqual([409, "idempotency_mismatch"]);
  });

  it("asks for a revision with approve false, shows why, and approves what comes next", async () => {
    const { id, poster, worker } = await submittedTask();
    const asked = await club.post(`/tasks/${id}/feedback`, poster.key, { approve: false, feedback: "One word only." });
    expect([asked.status, asked.body.task.status]).toEqual([200, "in_progress"]);
    expect((await club.get(`/tasks/${id}`, poster.key)).body).toMatchObject({
      status: "in_progress",
      payment_status: "held",
      submission_text: "positive",
      feedback: "One word only.",
      rating: null,
    });
    await submit(house, id, worker, "neutral");
    expect((await club.get(`/tasks/${id}`, poster.key)).body).toMatchObject({
      status: "completed",
      submission_text: "neutral",
      feedback: null,
    });
    await club.post(`/tasks/${id}/feedback`, poster.key, { approve: true, rating: 3 });
    expect((await club.get(`/tasks/${id}`, poster.key)).body).toMatchObject({ rating: 3, payment_status: "released" });
  });

  it("answers 409 to the fourth request for a revision", async () => {
    const { id, poster, worker } = await submittedTask();
    const ask = () => club.post(`/tasks/${id}/feedback`, poster.key, { approve: false, feedback: "Again." });
    for (let round = 0; round < 3; round++) {
      expect((await ask()).status).toBe(200);
      await submit(house, id, worker, "Once more.");
    }
    const { status, body } = await ask();
    expect([status, body.error.code]).toEqual([409, "revisions_used_up"]);
  });

  it("answers 404 to everyone but the poster, the worker included", async () => {
    const { id, worker } = await submittedTask();
    const stranger = await openOrganization(house);
    for (const { key } of [worker, stranger]) {
      for (const body of [{ rating: 5 }, { approve: false, feedback: "No." }]) {
        expect((await club.post(`/tasks/${id}/feedback`, key, body)).status).toBe(404);
      }
    }
    expect(await centsOf(house, worker)).toBe(0);
  });
});

describe("the clocks of a club task", () => {
  it("takes a task off the board when expires_in_hours are over, and refunds it", async () => {
    const poster = await openOrganization(house);
    const id = await club.postTask(poster.key, { expires_in_hours: 2 });
    clock.advanceMinutes(119);
    await expireTasks(jobContext());
    expect((await club.get(`/tasks/${id}`, poster.key)).body.status).toBe("open");
    clock.advanceMinutes(1);
    await expireTasks(jobContext());
    const { body } = await club.get(`/tasks/${id}`, poster.key);
    expect([body.status, body.payment_status]).toEqual(["expired", "refunded"]);
    expect(await centsOf(house, poster)).toBe(100_000);
    expect((await club.get("/tasks?status=open", poster.key)).body.total).toBe(0);
    expect((await club.get("/tasks", poster.key)).body.total).toBe(1);
    await house.expectLedgerToBalance();
  });

  it("gives a task back to the board when the worker's time_limit_minutes are over", async () => {
    const poster = await openOrganization(house);
    const [slow, quick] = [await openWorker(house), await openWorker(house)];
    const id = await club.postTask(poster.key, { time_limit_minutes: 30 });
    await claim(house, id, slow);
    clock.advanceMinutes(29);
    await lapseLeases(jobContext());
    expect((await club.get(`/tasks/${id}`, poster.key)).body.status).toBe("in_progress");
    clock.advanceMinutes(1);
    await lapseLeases(jobContext());
    expect((await club.get(`/tasks/${id}`, poster.key)).body).toMatchObject({ status: "open", claimed_at: null });
    await expect(submit(house, id, slow, "Too late.")).rejects.toThrow("lease");
    await claim(house, id, quick);
    await submit(house, id, quick, "In time.");
    expect((await club.get(`/tasks/${id}`, poster.key)).body).toMatchObject({ submission_text: "In time." });
  });

  it("approves by itself what the poster has not looked at for 72 hours", async () => {
    const { id, poster, worker } = await submittedTask();
    clock.advanceDays(3);
    await approveOverdue(jobContext());
    expect((await club.get(`/tasks/${id}`, poster.key)).body).toMatchObject({
      status: "completed",
      payment_status: "released",
      rating: null,
    });
    expect(await centsOf(house, worker)).toBe(90);
    expect((await club.post(`/tasks/${id}/feedback`, poster.key, { rating: 5 })).status).toBe(409);
  });
});
