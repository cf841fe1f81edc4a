import { beforeEach, describe, expect, it } from "vitest";
import { CompetitionStage } from "../../test/support/competition-stage.ts";
import { nobody } from "../../test/support/market-stage.ts";
import { approveSubmission } from "./approve-submission.ts";
import { releasePayment } from "./release-payment.ts";

let stage: CompetitionStage;
beforeEach(() => {
  stage = new CompetitionStage();
});

function approvedTask(disputeHours: number): string {
  const { task } = stage.delivered(new Map([[stage.ann, 3_001]]), { disputeHours });
  stage.market.execute(approveSubmission, { taskId: task.id, reviewerId: stage.poster });
  return task.id;
}

describe("the payment of approved work that may be disputed", () => {
  it("is made when that time is over and not a millisecond sooner, once", () => {
    const taskId = approvedTask(24);
    stage.market.advanceMs(24 * 3_600_000 - 1);
    stage.expectRefused(releasePayment, { taskId }, "not_due");
    stage.market.advanceMs(1);
    const { task } = stage.market.execute(releasePayment, { taskId });
    expect(task).toMatchObject({ state: "completed", price: 3_001, releaseDueAt: null });
    expect(stage.money(taskId)).toEqual({ poster: 96_999, ann: 2_700, ben: 0, cleo: 0, fees: 301, escrow: 0 });
    expect(stage.market.eventsOf(taskId).at(-1)).toMatchObject({
      type: "payment.released",
      actorId: null,
      data: { workerId: stage.ann, price: 3_001 },
    });
    stage.expectRefused(releasePayment, { taskId }, "task_wrong_state", { state: "completed" });
  });

  it("was made at once where there is no such time, and is made by nobody where nothing is approved", () => {
    const paid = approvedTask(0);
    expect(stage.money(paid)).toMatchObject({ ann: 2_700, escrow: 0 });
    const { task } = stage.delivered(new Map([[stage.ann, 1]]), { disputeHours: 24 });
    const frozen = approvedTask(24);
    stage.dispute(frozen);
    stage.market.advanceMinutes(25 * 60);
    for (const taskId of [paid, task.id, frozen, stage.competition().id]) {
      stage.expectRefused(releasePayment, { taskId }, "task_wrong_state", { state: stage.task(taskId).state });
    }
    stage.expectRefused(releasePayment, { taskId: nobody }, "task_not_found");
  });
});
