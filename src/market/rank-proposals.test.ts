import { describe, expect, it } from "vitest";
import { noRecord } from "../model/reputation.ts";
import { rankProposals } from "./rank-proposals.ts";

const offer = (id: string, change: { amount?: number; confidence?: number } = {}) => ({
  id,
  amount: 50,
  confidence: 0.5,
  ...change,
});
const order = (...args: Parameters<typeof rankProposals>): string[] => rankProposals(...args).map(({ id }) => id);

describe("the ranking of proposals", () => {
  it("puts the cheaper before the dearer, and of equals the earlier first", () => {
    const offers = [offer("d", { amount: 100 }), offer("c"), offer("b"), offer("a", { amount: 1 })];
    expect(order(offers, 100, () => noRecord)).toEqual(["a", "b", "c", "d"]);
  });

  it("puts a good record before a big promise", () => {
    const offers = [offer("boaster", { confidence: 1 }), offer("proven", { confidence: 0 })];
    const proven = { ...noRecord, completedCount: 20, ratingSum: 95, ratingCount: 20, deadlinesMet: 20 };
    expect(order(offers, 100, ({ id }) => (id === "proven" ? proven : undefined))).toEqual(["proven", "boaster"]);
  });

  it("trusts many facts more than one", () => {
    const offers = [offer("lucky"), offer("steady")];
    const lucky = { ...noRecord, completedCount: 1, ratingSum: 5, ratingCount: 1, deadlinesMet: 1 };
    const steady = {
      ...noRecord,
      completedCount: 50,
      rejectedCount: 1,
      ratingSum: 240,
      ratingCount: 50,
      deadlinesMet: 50,
    };
    expect(order(offers, 100, ({ id }) => (id === "lucky" ? lucky : steady))).toEqual(["steady", "lucky"]);
  });

  it("says why, in facts that add up to the score", () => {
    const record = {
      completedCount: 3,
      rejectedCount: 1,
      ratingSum: 9,
      ratingCount: 2,
      deadlinesMet: 3,
      deadlinesMissed: 0,
    };
    const [ranked] = rankProposals([offer("a", { amount: 40, confidence: 0.9 })], 50, () => record);
    expect(ranked?.ranking).toMatchObject({ rank: 1 });
    expect(ranked?.ranking.reasons.map(({ fact, value, reason }) => [fact, value, reason])).toEqual([
      ["price", 0.2, "Asks for 80 % of the budget."],
      ["rating", 0.88, "Rated 4.5 of 5 on average, 2 times."],
      ["acceptance", 0.75, "75 % of 4 deliveries accepted."],
      ["on_time", 1, "100 % of 3 deadlines met."],
      ["confidence", 0.9, "Says of itself that it is 90 % sure."],
    ]);
    const points = ranked?.ranking.reasons.reduce((sum, reason) => sum + reason.points, 0) ?? 0;
    expect(ranked?.ranking.score).toBeCloseTo(points, 2);
    const weights = ranked?.ranking.reasons.reduce((sum, { weight }) => sum + weight, 0);
    expect(weights).toBe(100);
  });

  it("gives somebody unknown half of what facts could bring, and says that nothing is known", () => {
    const [ranked] = rankProposals([offer("new")], 100, () => undefined);
    expect(ranked?.ranking.reasons.map(({ value }) => value)).toEqual([0.5, null, null, null, 0.5]);
    expect(ranked?.ranking.score).toBe(50);
  });
});
