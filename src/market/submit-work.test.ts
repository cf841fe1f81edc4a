import { beforeEach, describe, expect, it } from "vitest";
import { MarketStage, nobody } from "../../test/support/market-stage.ts";
import { addHours } from "../model/instant.ts";
import { claimTask } from "./claim-task.ts";
import { lapseLease } from "./lapse-lease.ts";
import { submitWork } from "./submit-work.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

describe("submitting work", () => {
  it("with automatic review completes the task and pays 22 of 25 to the worker and 3 to the platform", () => {
    const { task } = stage.claimedTask({ budget: 25 });
    const result = stage.market.execute(submitWork, { taskId: task.id, workerId: stage.worker, text: "Done." });
    expect(result.balance).toBe(122);
    expect(result.task).toMatchObject({ state: "completed", price: 25, completedAt: stage.market.now, eventCount: 5 });
    expect(result.assignment).toMatchObject({
      state: "accepted",
      leaseExpiresAt: null,
      endedAt: stage.market.now,
    });
    expect(result.submission).toMatchObject({ text: "Done.", workerId: stage.worker, taskId: task.id });
    expect(stage.market.submissions).toEqual([result.submission]);
    expect(stage.market.account(`escrow:${task.id}`)).toBe(0);
    expect(stage.market.account("platform:fees")).toBe(3);
    expect(stage.market.standings.get(stage.worker)?.completed).toBe(1);
    expect(stage.market.eventsOf(task.id).map((event) => [event.number, event.type, event.actorId])).toEqual([
      [1, "task.posted", stage.poster],
      [2, "task.claimed", stage.worker],
      [3, "task.submitted", stage.worker],
      [4, "task.approved", null],
      [5, "task.completed", null],
    ]);
  });

  it("keeps the files and links in the order they were named, and counts them in the history", () => {
    const { task } = stage.claimedTask();
    const [first, second] = [stage.file(stage.worker), stage.file(stage.worker)];
    const links = ["https://example.com/b", "https://example.com/a"];
    const handedIn = { text: "See these.", fileIds: [second, first], links };
    const { submission } = stage.market.execute(submitWork, { taskId: task.id, workerId: stage.worker, ...handedIn });
    expect(submission).toMatchObject(handedIn);
    expect(stage.market.submissions).toEqual([submission]);
    const submitted = stage.market.eventsOf(task.id).find((event) => event.type === "task.submitted");
    expect(submitted?.data).toMatchObject({ submissionId: submission.id, files: 2, links: 2 });
  });

  it("refuses files of others and files that are not there, also beside one's own", () => {
    const { task } = stage.claimedTask();
    const own = stage.file(stage.worker);
    for (const fileId of [stage.file(stage.poster), stage.file(stage.agent()), nobody]) {
      const input = { taskId: task.id, workerId: stage.worker, text: "Mine.", fileIds: [own, fileId] };
      stage.expectRefused(submitWork, input, "file_not_found");
    }
  });

  it("with manual review waits for the poster and pays nobody yet", () => {
    const { task } = stage.claimedTask({ reviewPolicy: "manual", reviewHours: 72 });
    const result = stage.market.execute(submitWork, { taskId: task.id, workerId: stage.worker, text: "Done." });
    const reviewDueAt = addHours(stage.market.now, 72);
    expect(result.task).toMatchObject({ state: "in_review", reviewDueAt, price: null, completedAt: null });
    expect(result.assignment).toMatchObject({ state: "submitted", leaseExpiresAt: null, endedAt: null });
    expect(result.balance).toBe(100);
    expect(stage.market.account(`escrow:${task.id}`)).toBe(25);
    expect(stage.market.jobs.at(-1)).toMatchObject({ name: "approve-overdue", runAt: reviewDueAt });
  });

  it("is in time until the last millisecond of the lease and too late at its end", () => {
    const inTime = stage.claimedTask({ timeLimitMinutes: 60, expiresInHours: null }).task;
    const tooLate = stage.claimedTask({ timeLimitMinutes: 60, expiresInHours: null }).task;
    const input = { workerId: stage.worker, text: "Done." };
    stage.market.advanceMs(60 * 60_000 - 1);
    expect(stage.market.execute(submitWork, { taskId: inTime.id, ...input }).task.state).toBe("completed");
    stage.market.advanceMs(1);
    // Late even though no job has come round yet to end the lease.
    stage.expectRefused(submitWork, { taskId: tooLate.id, ...input }, "lease_lost");
  });

  it("may come after the task's time on the board, as long as the lease runs", () => {
    const { task } = stage.claimedTask({ timeLimitMinutes: 180, expiresInHours: 1 });
    stage.market.advanceMinutes(120);
    const result = stage.market.execute(submitWork, { taskId: task.id, workerId: stage.worker, text: "Done." });
    expect(result.task.state).toBe("completed");
  });

  it("refuses a worker whose lease lapsed, also after another has taken the task", () => {
    const { task, assignment } = stage.claimedTask({ expiresInHours: null });
    stage.market.advanceMinutes(60);
    stage.market.execute(lapseLease, { taskId: task.id, assignmentId: assignment.id });
    const late = { taskId: task.id, workerId: stage.worker, text: "Late." };
    stage.expectRefused(submitWork, late, "lease_lost");
    stage.market.execute(claimTask, { taskId: task.id, workerId: stage.agent() });
    stage.expectRefused(submitWork, late, "lease_lost");
  });

  it("refuses everybody but the worker", () => {
    const { task } = stage.claimedTask();
    stage.expectRefused(submitWork, { taskId: task.id, workerId: stage.agent(), text: "Mine." }, "not_assignee");
    stage.expectRefused(submitWork, { taskId: task.id, workerId: stage.poster, text: "Mine." }, "not_assignee");
    const untaken = stage.openTask();
    stage.expectRefused(submitWork, { taskId: untaken.id, workerId: stage.worker, text: "Mine." }, "not_assignee");
  });

  it("finds no private task for a stranger", () => {
    const { id } = stage.openTask({ visibility: "private" });
    stage.expectRefused(submitWork, { taskId: id, workerId: stage.worker, text: "Mine." }, "task_not_found");
    stage.expectRefused(submitWork, { taskId: id, workerId: stage.poster, text: "Mine." }, "not_assignee");
  });

  it("refuses a second submission, before and after the first is accepted", () => {
    const again = { workerId: stage.worker, text: "Again." };
    stage.expectRefused(submitWork, { taskId: stage.taskInReview().id, ...again }, "task_wrong_state", {
      state: "in_review",
    });
    stage.expectRefused(submitWork, { taskId: stage.completedTask().id, ...again }, "task_wrong_state", {
      state: "completed",
    });
  });

  it("refuses a task that does not exist", () => {
    stage.expectRefused(submitWork, { taskId: nobody, workerId: stage.worker, text: "Done." }, "task_not_found");
  });
});
