import { beforeEach, describe, expect, it } from "vitest";
import { MarketStage, nobody } from "../../test/support/market-stage.ts";
import { claimTask } from "./claim-task.ts";
import { releaseAssignment } from "./release-assignment.ts";
import { requestRevision } from "./request-revision.ts";
import { submitWork } from "./submit-work.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

describe("giving a task back", () => {
  it("puts it on the board again with its money still held, for anybody to take", () => {
    const { task, assignment } = stage.claimedTask({ budget: 25 });
    stage.market.advanceMinutes(5);
    const reason = "Too hard.";
    const released = stage.market.execute(releaseAssignment, { taskId: task.id, workerId: stage.worker, reason });
    expect(released.task).toMatchObject({ state: "open", eventCount: 3 });
    expect(released.assignment).toEqual({
      ...assignment,
      state: "released",
      dueAt: null,
      leaseExpiresAt: null,
      endedAt: stage.market.now,
    });
    expect(stage.market.account(`escrow:${task.id}`)).toBe(25);
    expect(stage.market.eventsOf(task.id).at(-1)).toMatchObject({
      type: "task.released",
      actorId: stage.worker,
      data: { assignmentId: assignment.id, workerId: stage.worker, reason },
    });
    const next = stage.market.execute(claimTask, { taskId: task.id, workerId: stage.agent() });
    expect(next.task.state).toBe("in_progress");
  });

  it("ends a task whose time on the board is over too, with a refund", () => {
    const { task } = stage.claimedTask({ budget: 25, expiresInHours: 1, timeLimitMinutes: 120 });
    stage.market.advanceMinutes(60);
    const { task: ended } = stage.market.execute(releaseAssignment, {
      taskId: task.id,
      workerId: stage.worker,
      reason: null,
    });
    expect(ended.state).toBe("expired");
    expect(stage.market.balance(stage.poster)).toBe(100);
  });

  it("may be done instead of a revision", () => {
    const { id } = stage.taskInReview();
    stage.market.execute(requestRevision, { taskId: id, posterId: stage.poster, reason: null });
    const release = { taskId: id, workerId: stage.worker, reason: null };
    expect(stage.market.execute(releaseAssignment, release).task.state).toBe("open");
  });

  it("is final: nothing can be handed in after it, nor given back again", () => {
    const { task } = stage.claimedTask();
    const own = { taskId: task.id, workerId: stage.worker };
    stage.market.execute(releaseAssignment, { ...own, reason: null });
    stage.expectRefused(submitWork, { ...own, text: "Done." }, "lease_lost");
    stage.expectRefused(releaseAssignment, { ...own, reason: null }, "lease_lost");
  });

  it("refuses who does not work on the task, or no longer", () => {
    const { task } = stage.claimedTask({ timeLimitMinutes: 60 });
    const own = { taskId: task.id, workerId: stage.worker, reason: null };
    stage.expectRefused(releaseAssignment, { ...own, workerId: stage.agent() }, "not_assignee");
    stage.expectRefused(releaseAssignment, { ...own, assignmentId: nobody }, "assignment_not_found");
    stage.expectRefused(releaseAssignment, { ...own, taskId: nobody }, "task_not_found");
    stage.expectRefused(releaseAssignment, { ...own, taskId: stage.taskInReview().id }, "task_wrong_state");
    stage.market.advanceMinutes(60);
    stage.expectRefused(releaseAssignment, own, "lease_lost");
  });
});
