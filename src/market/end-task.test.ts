import { beforeEach, describe, expect, it } from "vitest";
import { MarketStage, nobody } from "../../test/support/market-stage.ts";
import { cancelTask } from "./cancel-task.ts";
import { claimTask } from "./claim-task.ts";
import { expireTask } from "./expire-task.ts";
import { lapseLease } from "./lapse-lease.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

describe("cancelling a task", () => {
  it("gives the poster all of the escrow back", () => {
    const { id } = stage.openTask({ budget: 25 });
    const { task, balance } = stage.market.execute(cancelTask, { taskId: id, posterId: stage.poster });
    expect(task).toMatchObject({ state: "cancelled", price: null, completedAt: null, eventCount: 2 });
    expect(balance).toBe(100);
    expect(stage.market.account(`escrow:${id}`)).toBe(0);
    expect(stage.market.transfers.at(-1)).toMatchObject({ kind: "refund", amount: 25, command: "cancel_task" });
    expect(stage.market.eventsOf(id).at(-1)).toMatchObject({ type: "task.cancelled", actorId: stage.poster });
  });

  it("refuses everybody but the poster", () => {
    const { id } = stage.openTask();
    stage.expectRefused(cancelTask, { taskId: id, posterId: stage.worker }, "not_poster");
    stage.expectRefused(cancelTask, { taskId: nobody, posterId: stage.poster }, "task_not_found");
  });

  it("refuses once work has begun, and once the task is over", () => {
    const posterId = stage.poster;
    const inProgress = stage.claimedTask({ budget: 10 }).task;
    stage.expectRefused(cancelTask, { taskId: inProgress.id, posterId }, "task_wrong_state", { state: "in_progress" });
    const inReview = stage.taskInReview({ budget: 10 });
    stage.expectRefused(cancelTask, { taskId: inReview.id, posterId }, "task_wrong_state", { state: "in_review" });
    const completed = stage.completedTask({ budget: 10 });
    stage.expectRefused(cancelTask, { taskId: completed.id, posterId }, "task_wrong_state", { state: "completed" });
    const expired = stage.openTask({ budget: 10, expiresInHours: 1 });
    stage.market.advanceMinutes(60);
    stage.market.execute(expireTask, { taskId: expired.id });
    stage.expectRefused(cancelTask, { taskId: expired.id, posterId }, "task_wrong_state", { state: "expired" });
  });

  it("changes nothing the second time", () => {
    const cancel = { taskId: stage.openTask({ budget: 10 }).id, posterId: stage.poster };
    const first = stage.market.execute(cancelTask, cancel);
    stage.market.advanceMinutes(1);
    const moved = stage.market.transfers.length;
    expect(stage.market.execute(cancelTask, cancel)).toEqual(first);
    expect(stage.market.transfers).toHaveLength(moved);
    expect(stage.market.eventsOf(cancel.taskId)).toHaveLength(2);
  });
});

describe("a task's time on the board", () => {
  it("ends with a refund, at its last moment and not a millisecond sooner", () => {
    const { id } = stage.openTask({ expiresInHours: 1 });
    stage.market.advanceMs(3_600_000 - 1);
    stage.expectRefused(expireTask, { taskId: id }, "not_due");
    stage.market.advanceMs(1);
    expect(stage.market.execute(expireTask, { taskId: id }).task).toMatchObject({ state: "expired", eventCount: 2 });
    expect(stage.market.balance(stage.poster)).toBe(100);
    expect(stage.market.eventsOf(id).at(-1)).toMatchObject({ type: "task.expired", actorId: null });
    stage.expectRefused(expireTask, { taskId: id }, "task_wrong_state", { state: "expired" });
  });

  it("never ends where it was not limited", () => {
    const { id } = stage.openTask({ expiresInHours: null });
    stage.market.advanceMinutes(60 * 24 * 3_650);
    stage.expectRefused(expireTask, { taskId: id }, "not_due");
  });

  it("does not end under a worker", () => {
    const { task } = stage.claimedTask({ expiresInHours: 1, timeLimitMinutes: 600 });
    stage.market.advanceMinutes(120);
    stage.expectRefused(expireTask, { taskId: task.id }, "task_wrong_state", { state: "in_progress" });
    stage.expectRefused(expireTask, { taskId: nobody }, "task_not_found");
  });
});

describe("a lease", () => {
  it("lapses at its end and not a millisecond sooner; the task is back on the board, its money still held", () => {
    const { task, assignment } = stage.claimedTask({ timeLimitMinutes: 60, expiresInHours: 2 });
    const lapse = { taskId: task.id, assignmentId: assignment.id };
    stage.market.advanceMs(60 * 60_000 - 1);
    stage.expectRefused(lapseLease, lapse, "not_due");
    stage.market.advanceMs(1);
    expect(stage.market.execute(lapseLease, lapse).task).toMatchObject({ state: "open", eventCount: 3 });
    expect(stage.market.assignments.get(assignment.id)).toMatchObject({
      state: "lapsed",
      leaseExpiresAt: null,
      endedAt: stage.market.now,
    });
    expect(stage.market.account(`escrow:${task.id}`)).toBe(25);
    expect(stage.market.eventsOf(task.id).at(-1)).toMatchObject({
      type: "task.lapsed",
      actorId: null,
      data: { assignmentId: assignment.id, workerId: stage.worker },
    });
    stage.expectRefused(lapseLease, lapse, "task_wrong_state", { state: "lapsed" });
  });

  it("that ends together with the task's time on the board ends the task too", () => {
    const { task, assignment } = stage.claimedTask({ timeLimitMinutes: 120, expiresInHours: 2 });
    stage.market.advanceMinutes(120);
    const { task: ended } = stage.market.execute(lapseLease, { taskId: task.id, assignmentId: assignment.id });
    expect(ended.state).toBe("expired");
    expect(stage.market.balance(stage.poster)).toBe(100);
    expect(stage.market.eventsOf(task.id).map((event) => event.type)).toEqual([
      "task.posted",
      "task.claimed",
      "task.lapsed",
      "task.expired",
    ]);
  });

  it("that ends a millisecond before the task's time leaves the task on the board", () => {
    const { id } = stage.openTask({ expiresInHours: 2, timeLimitMinutes: 60 });
    stage.market.advanceMs(60 * 60_000 - 1);
    const { assignment } = stage.market.execute(claimTask, { taskId: id, workerId: stage.worker });
    stage.market.advanceMinutes(60);
    const lapsed = stage.market.execute(lapseLease, { taskId: id, assignmentId: assignment.id });
    expect(lapsed.task.state).toBe("open");
    stage.market.advanceMs(1);
    expect(stage.market.execute(expireTask, { taskId: id }).task.state).toBe("expired");
  });

  it("stands still once the work is handed in", () => {
    const task = stage.taskInReview({ timeLimitMinutes: 60 });
    const [assignment] = stage.market.assignments.values();
    stage.market.advanceMinutes(61);
    stage.expectRefused(lapseLease, { taskId: task.id, assignmentId: assignment?.id ?? "" }, "task_wrong_state", {
      state: "submitted",
    });
  });

  it("of another task, or of none, is not found", () => {
    const { assignment } = stage.claimedTask();
    const other = stage.openTask();
    stage.expectRefused(lapseLease, { taskId: other.id, assignmentId: assignment.id }, "assignment_not_found");
    stage.expectRefused(lapseLease, { taskId: nobody, assignmentId: assignment.id }, "task_not_found");
  });
});
