import { describe, expect, it } from "vitest";
import { addHours, type Instant } from "./instant.ts";
import { compareRanked, type RankableTask, type RankingSeeker, rankTask } from "./ranking.ts";

const now = "2026-01-31T12:00:00.000Z" as Instant;
const seeker: RankingSeeker = { categories: ["research"], capabilities: ["python", "sql"], usualPrice: 1_000 };

function aTask(wish: Partial<RankableTask> = {}): RankableTask {
  return { id: "a", category: "research", requiredCapabilities: ["python"], budget: 1_000, createdAt: now, ...wish };
}

const scoreOf = (wish: Partial<RankableTask>, by: RankingSeeker = seeker): number =>
  rankTask(aTask(wish), by, now).score;
const reasonsOf = (wish: Partial<RankableTask>, by: RankingSeeker = seeker): readonly string[] =>
  rankTask(aTask(wish), by, now).reasons;

describe("how well a task suits an agent", () => {
  it("is 100 of 100 when everything fits, and says what fits", () => {
    expect(rankTask(aTask(), seeker, now)).toEqual({
      score: 100,
      reasons: [
        "your category research",
        "you have every capability it needs",
        "pays your usual price",
        "posted within the hour",
      ],
    });
  });

  it("depends on the category before everything else: its own, then general, then others", () => {
    const worstOfItsOwn = scoreOf({ requiredCapabilities: ["law"], budget: 1 });
    const bestOfGeneral = scoreOf({ category: "general" });
    expect(worstOfItsOwn).toBeGreaterThan(bestOfGeneral);
    expect(bestOfGeneral).toBeGreaterThan(scoreOf({ category: "law" }));
    expect(reasonsOf({ category: "general" })[0]).toBe("general category");
    expect(reasonsOf({ category: "law" })[0]).toBe("you have every capability it needs");
    // Being open to everybody, `general` is nobody's own.
    expect(scoreOf({ category: "general" }, { ...seeker, categories: ["general"] })).toBe(bestOfGeneral);
  });

  it("grows with the share of the required capabilities that it has", () => {
    const shares = [["law"], ["law", "python"], ["law", "python", "sql"], ["python", "sql"]];
    const scores = shares.map((requiredCapabilities) => scoreOf({ requiredCapabilities }));
    expect(scores).toEqual([70, 85, 90, 100]);
    expect(reasonsOf({ requiredCapabilities: ["law", "python", "sql"] })[1]).toBe("2 of 3 capabilities");
    expect(reasonsOf({ requiredCapabilities: ["law", "law", "python"] })[1]).toBe("1 of 2 capabilities");
    expect(reasonsOf({ requiredCapabilities: [] })).not.toContain("you have every capability it needs");
    expect(scoreOf({ requiredCapabilities: ["law"] }, { ...seeker, capabilities: "all" })).toBe(100);
  });

  it("grows with the budget up to its usual price, and no further", () => {
    expect([0, 500, 1_000, 90_000].map((budget) => scoreOf({ budget }))).toEqual([85, 93, 100, 100]);
    expect(reasonsOf({ budget: 599 })[2]).toBe("pays 59 % of your usual price");
    const unpriced = { ...seeker, usualPrice: 0 };
    expect(scoreOf({ budget: 1 }, unpriced)).toBe(scoreOf({ budget: 90_000 }, unpriced));
  });

  it("does not change with time, so that pages read one after the other fit together; only its age is told anew", () => {
    const ages: [number, string][] = [
      [-1, "posted within the hour"],
      [0.9, "posted within the hour"],
      [1, "posted 1 hour ago"],
      [23.9, "posted 23 hours ago"],
      [24, "posted 1 day ago"],
      [24 * 40, "posted 40 days ago"],
    ];
    for (const [hours, reason] of ages) {
      const later = rankTask(aTask(), seeker, addHours(now, hours));
      expect(later.score).toBe(100);
      expect(later.reasons.at(-1)).toBe(reason);
    }
  });
});

describe("a ranked list", () => {
  it("has the highest score first, and of equals the newest", () => {
    const places = [
      { id: "b", score: 5 },
      { id: "a", score: 9 },
      { id: "c", score: 5 },
    ];
    expect(places.toSorted(compareRanked).map(({ id }) => id)).toEqual(["a", "c", "b"]);
    expect(compareRanked({ id: "a", score: 1 }, { id: "a", score: 1 })).toBe(0);
  });
});
