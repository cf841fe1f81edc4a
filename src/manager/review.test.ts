import { describe, expect, it } from "vitest";
import type { EvaluationCheck } from "../model/evaluation.ts";
import type { Delivery } from "../model/project-snapshot.ts";
import { review } from "./review.ts";

function check(score: number | null, name = "csv"): EvaluationCheck {
  return { name, group: "format", score, reason: `Scored ${score}.` };
}

function delivery(wish: Partial<Delivery["evaluation"]> = {}, revisions: Partial<Delivery> = {}): Delivery {
  const evaluation = { state: "finished", formatScore: 1, coherenceScore: 1, checks: [], ...wish } as const;
  return {
    subtaskId: "s",
    title: "Prices",
    submissionId: "d",
    revisionCount: 0,
    maxRevisions: null,
    ...revisions,
    evaluation,
  };
}

const kind = (each: Delivery, advice?: Parameters<typeof review>[1]) =>
  review(each, advice).map((action) => action.kind);

describe("the review of a delivery", () => {
  it("accepts at the thresholds and asks for a revision below either", () => {
    expect(kind(delivery({ formatScore: 0.5, coherenceScore: 0.4 }))).toEqual(["accept"]);
    expect(kind(delivery({ formatScore: 0.49 }))).toEqual(["revise"]);
    expect(kind(delivery({ coherenceScore: 0.39 }))).toEqual(["revise"]);
    expect(kind(delivery({ coherenceScore: null }))).toEqual(["accept"]);
  });

  it("never accepts what fails a hard check, whatever the means and the advice say", () => {
    const failed = delivery({ formatScore: 0.9, checks: [check(0), check(1)] });
    expect(kind(failed)).toEqual(["revise"]);
    expect(kind(failed, { accepts: true, reasons: [] })).toEqual(["revise"]);
    // How many of something a brief asks for can be misread.
    expect(kind(delivery({ checks: [check(0, "count")] }))).toEqual(["accept"]);
  });

  it("says why, the worst first", () => {
    const [action] = review(delivery({ formatScore: 0.4, checks: [check(1), check(0.4), check(0.1)] }), undefined);
    expect(action).toMatchObject({ reason: '"Prices" needs changes:\n- Scored 0.1.\n- Scored 0.4.' });
  });

  it("lets advice decide where the checks leave it open", () => {
    expect(kind(delivery({ formatScore: 0.1 }), { accepts: true, reasons: [] })).toEqual(["accept"]);
    expect(review(delivery(), { accepts: false, reasons: ["Two rivals are missing."] })).toMatchObject([
      { kind: "revise", reason: expect.stringContaining("- Two rivals are missing.") },
    ]);
  });

  it("asks the buyer after the last revision, and when nothing could be checked", () => {
    expect(kind(delivery({ formatScore: 0.1 }, { revisionCount: 2, maxRevisions: 3 }))).toEqual(["revise"]);
    expect(kind(delivery({ formatScore: 0.1 }, { revisionCount: 3, maxRevisions: 3 }))).toEqual(["say"]);
    expect(kind(delivery({ formatScore: 0.1 }, { revisionCount: 3 }))).toEqual(["say"]);
    expect(kind(delivery({ state: "failed" }))).toEqual(["say"]);
    expect(kind(delivery({ formatScore: null, coherenceScore: null }))).toEqual(["say"]);
  });
});
