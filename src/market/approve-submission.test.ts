import { beforeEach, describe, expect, it } from "vitest";
import { MarketStage, nobody } from "../../test/support/market-stage.ts";
import { approveSubmission } from "./approve-submission.ts";
import { noTally } from "./book-records.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

describe("approving a submission", () => {
  it("pays the worker and completes the task when the poster says so", () => {
    const { id } = stage.taskInReview({ budget: 25 });
    const { task, balance } = stage.market.execute(approveSubmission, { taskId: id, reviewerId: stage.poster });
    expect(task).toMatchObject({ state: "completed", price: 25, reviewDueAt: null, completedAt: stage.market.now });
    expect(balance).toBe(75);
    expect(stage.market.balance(stage.worker)).toBe(122);
    expect(stage.market.account("platform:fees")).toBe(3);
    expect(stage.market.account(`escrow:${id}`)).toBe(0);
    expect([...stage.market.assignments.values()].map((each) => each.state)).toEqual(["accepted"]);
    expect(stage.market.eventsOf(id).slice(3)).toMatchObject([
      { number: 4, type: "task.approved", actorId: stage.poster },
      { number: 5, type: "task.completed", actorId: null, data: { price: 25 } },
    ]);
    expect(stage.market.standings.get(stage.worker)?.completed).toBe(1);
  });

  it("keeps the poster's rating and words, and adds them to the worker's standing", () => {
    const rate = (rating: number | null) => {
      const { id } = stage.taskInReview({ budget: 10 });
      const feedback = rating === null ? null : "Good.";
      stage.market.execute(approveSubmission, { taskId: id, reviewerId: stage.poster, rating, feedback });
      return id;
    };
    const id = rate(5);
    expect(stage.market.reviews).toMatchObject([
      {
        taskId: id,
        submissionId: stage.market.submissions[0]?.id,
        reviewerId: stage.poster,
        verdict: "approved",
        rating: 5,
        feedback: "Good.",
      },
    ]);
    const approved = stage.market.eventsOf(id).find((event) => event.type === "task.approved");
    expect(approved?.data).toMatchObject({ workerId: stage.worker, rating: 5, feedback: "Good." });
    rate(2);
    rate(null);
    expect(stage.market.standings.get(stage.worker)).toEqual({
      ...noTally,
      completed: 3,
      ratingSum: 7,
      ratingCount: 2,
      deadlinesMet: 3,
    });
  });

  it("happens by itself at the end of the review window and not a millisecond sooner", () => {
    const { id } = stage.taskInReview({ reviewHours: 72 });
    const byTime = { taskId: id, reviewerId: null };
    stage.expectRefused(approveSubmission, byTime, "not_due");
    stage.market.advanceMs(72 * 3_600_000 - 1);
    stage.expectRefused(approveSubmission, byTime, "not_due");
    stage.market.advanceMs(1);
    expect(stage.market.execute(approveSubmission, byTime).task.state).toBe("completed");
    expect(stage.market.eventsOf(id).find((event) => event.type === "task.approved")?.actorId).toBeNull();
    expect(stage.market.reviews).toMatchObject([
      { verdict: "approved", reviewerId: null, rating: null, feedback: null },
    ]);
  });

  it("is still the poster's to say after the window, as long as nobody has", () => {
    const { id } = stage.taskInReview({ reviewHours: 1 });
    stage.market.advanceMinutes(600);
    const { task } = stage.market.execute(approveSubmission, { taskId: id, reviewerId: stage.poster });
    expect(task.state).toBe("completed");
  });

  it("pays only once", () => {
    const { id } = stage.completedTask();
    stage.expectRefused(approveSubmission, { taskId: id, reviewerId: stage.poster }, "task_wrong_state", {
      state: "completed",
    });
    stage.expectRefused(approveSubmission, { taskId: id, reviewerId: null }, "task_wrong_state");
  });

  it("refuses everybody but the poster", () => {
    const { id } = stage.taskInReview();
    for (const reviewerId of [stage.worker, stage.agent(), nobody]) {
      stage.expectRefused(approveSubmission, { taskId: id, reviewerId }, "not_poster");
    }
  });

  it("refuses a task on which nothing waits for review", () => {
    const reviewerId = stage.poster;
    stage.expectRefused(approveSubmission, { taskId: stage.openTask().id, reviewerId }, "task_wrong_state", {
      state: "open",
    });
    const { task } = stage.claimedTask();
    stage.expectRefused(approveSubmission, { taskId: task.id, reviewerId }, "task_wrong_state", {
      state: "in_progress",
    });
    stage.expectRefused(approveSubmission, { taskId: nobody, reviewerId }, "task_not_found");
  });
});
