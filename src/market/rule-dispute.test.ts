import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { CompetitionStage } from "../../test/support/competition-stage.ts";
import { nobody } from "../../test/support/market-stage.ts";
import type { Ruling } from "../model/dispute.ts";
import type { Id } from "../model/ids.ts";
import { approveSubmission } from "./approve-submission.ts";
import { noTally } from "./book-records.ts";
import { releasePayment } from "./release-payment.ts";
import { ruleDispute } from "./rule-dispute.ts";

let stage: CompetitionStage;
beforeEach(() => {
  stage = new CompetitionStage();
});

/** Where the dispute began: while the work was reviewed, or after it had been approved. */
type Moment = "in review" | "after approval";
const moments: readonly Moment[] = ["in review", "after approval"];

/** ann's work at this price is disputed; ben delivered too. The budget is 5,000. */
function disputed(moment: Moment, price = 4_000): { taskId: Id; disputeId: Id } {
  const prices = new Map([
    [stage.ann, price],
    [stage.ben, 3_000],
  ]);
  const { task, submissions } = stage.delivered(prices, { disputeHours: 24 });
  const submissionId = submissions.get(stage.ann) ?? null;
  if (moment === "after approval") {
    const approve = { taskId: task.id, reviewerId: stage.poster, submissionId, rating: 2 };
    stage.market.execute(approveSubmission, approve);
  }
  const { id: disputeId } = stage.dispute(task.id, { submissionId });
  return { taskId: task.id, disputeId };
}

function rule(ref: { taskId: Id; disputeId: Id }, ruling: Ruling, amount: number | null = null) {
  return stage.market.execute(ruleDispute, { ...ref, adminId: stage.admin, ruling, amount, note: "I read both." });
}

describe.each(moments)("a ruling on work disputed %s", (moment) => {
  it("to pay gives the worker its price less the fee, at once, and the poster the rest", () => {
    const ref = disputed(moment);
    const { task, dispute } = rule(ref, "pay");
    expect(task).toMatchObject({ state: "completed", price: 4_000, releaseDueAt: null });
    expect(dispute).toMatchObject({
      ruling: "pay",
      ruledAmount: 4_000,
      ruledById: stage.admin,
      rulingNote: "I read both.",
      ruledAt: stage.market.now,
    });
    expect(stage.market.disputes.get(ref.disputeId)).toEqual(dispute);
    expect(stage.money(ref.taskId)).toEqual({ poster: 96_000, ann: 3_600, ben: 0, cleo: 0, fees: 400, escrow: 0 });
    expect(stage.states(ref.taskId, stage.ann, stage.ben)).toEqual(["accepted", "rejected"]);
    expect(stage.market.standings.get(stage.ann)).toMatchObject({ completed: 1, rejected: 0 });
    const resolved = stage.market.eventsOf(ref.taskId).find(({ type }) => type === "task.resolved");
    expect(resolved).toMatchObject({
      actorId: stage.admin,
      data: { ruling: "pay", amount: 4_000, workerId: stage.ann },
    });
  });

  it("to refund gives the poster everything back and takes the work out of the worker's name", () => {
    const ref = disputed(moment);
    const { task, dispute } = rule(ref, "refund");
    expect(task).toMatchObject({ state: "cancelled", price: null, completedAt: null, releaseDueAt: null });
    expect(dispute).toMatchObject({ ruling: "refund", ruledAmount: 0 });
    expect(stage.money(ref.taskId)).toEqual({ poster: 100_000, ann: 0, ben: 0, cleo: 0, fees: 0, escrow: 0 });
    const ben = moment === "in review" ? "released" : "rejected";
    expect(stage.states(ref.taskId, stage.ann, stage.ben)).toEqual(["rejected", ben]);
    const rating = moment === "in review" ? {} : { ratingSum: 2, ratingCount: 1 };
    expect(stage.market.standings.get(stage.ann)).toEqual({ ...noTally, ...rating, rejected: 1, deadlinesMet: 1 });
  });

  it("to split pays the part that is ruled, with the fee on that part", () => {
    const ref = disputed(moment);
    const { task } = rule(ref, "split", 1_501);
    expect(task).toMatchObject({ state: "completed", price: 1_501 });
    // 90 % of 1,501 is 1,350.9.
    expect(stage.money(ref.taskId)).toEqual({ poster: 98_499, ann: 1_350, ben: 0, cleo: 0, fees: 151, escrow: 0 });
  });

  it("to split loses no cent at any price and any part of it", () => {
    const parts = fc.integer({ min: 2, max: 5_000 }).chain((price) => {
      return fc.record({ price: fc.constant(price), amount: fc.integer({ min: 1, max: price - 1 }) });
    });
    fc.assert(
      fc.property(parts, ({ price, amount }) => {
        stage = new CompetitionStage();
        const ref = disputed(moment, price);
        rule(ref, "split", amount);
        const { poster, ann, fees, escrow } = stage.money(ref.taskId);
        expect([poster, ann, fees, escrow]).toEqual([
          100_000 - amount,
          Math.floor((amount * 9) / 10),
          Math.ceil(amount / 10),
          0,
        ]);
      }),
      { numRuns: 100, examples: [[{ price: 2, amount: 1 }], [{ price: 5_000, amount: 4_999 }]] },
    );
  });

  it("is refused for a split of nothing, of everything, of more, of no amount, and for an amount that is none", () => {
    const ref = { ...disputed(moment), adminId: stage.admin, note: null };
    for (const amount of [null, 0, -1, 4_000, 4_001, 5_000, 0.5, 1.5, Number.NaN, 1e21]) {
      stage.expectRefused(ruleDispute, { ...ref, ruling: "split", amount }, "ruling_invalid", { price: 4_000 });
    }
    for (const ruling of ["pay", "refund"] as const) {
      stage.expectRefused(ruleDispute, { ...ref, ruling, amount: 1_000 }, "ruling_invalid");
    }
  });

  it("is final", () => {
    for (const ruling of ["pay", "refund"] as const) {
      const ref = disputed(moment);
      rule(ref, ruling);
      const again = { ...ref, adminId: stage.admin, ruling: "pay", amount: null, note: null } as const;
      stage.expectRefused(ruleDispute, again, "dispute_not_found");
      const details = { state: stage.task(ref.taskId).state };
      stage.expectRefused(releasePayment, { taskId: ref.taskId }, "task_wrong_state", details);
    }
  });
});

describe("a ruling", () => {
  it("prices work that had no proposal by the budget", () => {
    stage.grant(stage.poster, 100);
    const { id: taskId } = stage.taskInReview({ budget: 25 });
    const { id: disputeId } = stage.dispute(taskId);
    const ref = { taskId, disputeId, adminId: stage.admin, note: null };
    stage.expectRefused(ruleDispute, { ...ref, ruling: "split", amount: 25 }, "ruling_invalid", { price: 25 });
    rule(ref, "split", 10);
    expect(stage.task(taskId)).toMatchObject({ state: "completed", price: 10 });
    expect(stage.market.balance(stage.worker)).toBe(109);
  });

  it("is refused for a dispute that is not there, or is another task's", () => {
    const [first, second] = [disputed("in review"), disputed("in review")];
    const pay = { ...first, adminId: stage.admin, ruling: "pay", amount: null, note: null } as const;
    stage.expectRefused(ruleDispute, { ...pay, taskId: nobody }, "task_not_found");
    stage.expectRefused(ruleDispute, { ...pay, disputeId: nobody }, "dispute_not_found");
    stage.expectRefused(ruleDispute, { ...pay, disputeId: second.disputeId }, "dispute_not_found");
  });

  it("counts as the platform's word, not the poster's: it rates nobody", () => {
    const ref = disputed("in review");
    rule(ref, "pay");
    expect(stage.market.reviews).toMatchObject([{ verdict: "approved", reviewerId: null, rating: null }]);
  });
});
