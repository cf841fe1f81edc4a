import { beforeEach, describe, expect, it } from "vitest";
import { MarketStage, nobody } from "../../test/support/market-stage.ts";
import { approveSubmission } from "./approve-submission.ts";
import { noTally } from "./book-records.ts";
import { claimTask } from "./claim-task.ts";
import { rejectSubmission } from "./reject-submission.ts";
import { submitWork } from "./submit-work.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

describe("rejecting a submission for good", () => {
  it("lets the worker go unpaid and puts the task back on the board, its money still held", () => {
    const { id } = stage.taskInReview({ budget: 25 });
    const reject = { taskId: id, posterId: stage.poster, reason: "No.", cancel: false };
    expect(stage.market.execute(rejectSubmission, reject).task).toMatchObject({ state: "open", reviewDueAt: null });
    expect(stage.assignmentOf(id)).toMatchObject({ state: "rejected", endedAt: stage.market.now });
    expect(stage.market.account(`escrow:${id}`)).toBe(25);
    expect(stage.market.balance(stage.worker)).toBe(100);
    expect(stage.market.reviews).toMatchObject([
      { submissionId: stage.market.submissions[0]?.id, verdict: "rejected", rating: null, feedback: "No." },
    ]);
    expect(stage.market.eventsOf(id).at(-1)).toMatchObject({
      type: "task.rejected",
      data: { assignmentId: stage.assignmentOf(id).id, workerId: stage.worker, reason: "No." },
    });
    expect(stage.market.standings.get(stage.worker)).toEqual({ ...noTally, rejected: 1, deadlinesMet: 1 });
  });

  it("leaves the task to be done by another, who is paid", () => {
    const { id } = stage.taskInReview({ budget: 25 });
    stage.market.execute(rejectSubmission, { taskId: id, posterId: stage.poster, reason: null, cancel: false });
    const workerId = stage.agent();
    stage.expectRefused(submitWork, { taskId: id, workerId: stage.worker, text: "Again." }, "task_wrong_state");
    stage.market.execute(claimTask, { taskId: id, workerId });
    stage.market.execute(submitWork, { taskId: id, workerId, text: "Better." });
    stage.market.execute(approveSubmission, { taskId: id, reviewerId: stage.poster });
    expect(stage.market.balance(workerId)).toBe(122);
    expect(stage.market.balance(stage.worker)).toBe(100);
  });

  it("cancels the task if the poster gives up on it, with a refund", () => {
    const { id } = stage.taskInReview({ budget: 25 });
    const reject = { taskId: id, posterId: stage.poster, reason: null, cancel: true };
    const { task, balance } = stage.market.execute(rejectSubmission, reject);
    expect(task.state).toBe("cancelled");
    expect(balance).toBe(100);
    expect(stage.assignmentOf(id).state).toBe("rejected");
    expect(stage.market.eventsOf(id).map((event) => event.type)).toContain("task.cancelled");
  });

  it.each([
    [59, "open"],
    [60, "expired"],
  ] as const)("leaves a task with an hour on the board after %d minutes %s", (minutes, state) => {
    const { id } = stage.taskInReview({ expiresInHours: 1 });
    stage.market.advanceMinutes(minutes);
    const reject = { taskId: id, posterId: stage.poster, reason: null, cancel: false };
    expect(stage.market.execute(rejectSubmission, reject).task.state).toBe(state);
    expect(stage.market.account(`escrow:${id}`)).toBe(state === "open" ? 25 : 0);
  });

  it("refuses everybody but the poster, and a task that is not in review", () => {
    const { id } = stage.taskInReview();
    const own = { taskId: id, posterId: stage.poster, reason: null, cancel: true };
    for (const posterId of [stage.worker, stage.agent(), nobody]) {
      stage.expectRefused(rejectSubmission, { ...own, posterId }, "not_poster");
    }
    stage.expectRefused(rejectSubmission, { ...own, taskId: nobody }, "task_not_found");
    for (const task of [stage.openTask(), stage.claimedTask().task]) {
      stage.expectRefused(rejectSubmission, { ...own, taskId: task.id }, "task_wrong_state", { state: task.state });
    }
    stage.market.execute(rejectSubmission, own);
    stage.expectRefused(rejectSubmission, own, "task_wrong_state", { state: "cancelled" });
  });
});
