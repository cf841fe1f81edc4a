import { beforeEach, describe, expect, it } from "vitest";
import { CompetitionStage } from "../../test/support/competition-stage.ts";
import { nobody } from "../../test/support/market-stage.ts";
import type { EvaluationCheck } from "../model/evaluation.ts";
import type { Id } from "../model/ids.ts";
import { approveSubmission } from "./approve-submission.ts";
import { recordEvaluation } from "./record-evaluation.ts";

let stage: CompetitionStage;
beforeEach(() => {
  stage = new CompetitionStage();
});

const checks: readonly EvaluationCheck[] = [
  { name: "csv", group: "format", score: 1, reason: "The table has 50 rows of 4 columns." },
  { name: "answers_brief", group: "coherence", score: null, reason: "No model is configured." },
];
const finished = { state: "finished", formatScore: 1, coherenceScore: null, checks } as const;

function delivered(): { taskId: Id; submissionId: Id } {
  const { task, submissions } = stage.delivered(new Map([[stage.ann, 4_000]]));
  return { taskId: task.id, submissionId: submissions.get(stage.ann) ?? expect.fail() };
}

describe("a delivery that is competed with", () => {
  it("waits for the platform's own checks", () => {
    const { taskId, submissionId } = delivered();
    expect(stage.market.evaluations.get(submissionId)).toMatchObject({
      taskId,
      state: "pending",
      attempts: 0,
      checks: [],
    });
    expect(stage.market.jobs).toContainEqual({
      name: "evaluate-submissions",
      runAt: null,
      key: "evaluate-submissions",
    });
  });

  it("is the only kind that is checked", () => {
    stage.taskInReview();
    expect(stage.market.evaluations.size).toBe(0);
  });
});

describe("an evaluation", () => {
  it("is written down once, for both sides to read", () => {
    const ref = delivered();
    stage.market.advanceMinutes(1);
    const { evaluation } = stage.market.execute(recordEvaluation, { ...ref, outcome: finished });
    expect(evaluation).toMatchObject({ ...finished, attempts: 1, finishedAt: stage.market.now });
    expect(stage.market.evaluations.get(ref.submissionId)).toEqual(evaluation);
    expect(stage.market.eventsOf(ref.taskId).at(-1)).toMatchObject({
      type: "evaluation.finished",
      actorId: null,
      data: { submissionId: ref.submissionId, state: "finished", formatScore: 1, coherenceScore: null },
    });
    stage.expectRefused(recordEvaluation, { ...ref, outcome: finished }, "evaluation_finished");
    stage.expectRefused(recordEvaluation, { ...ref, outcome: { state: "pending" } }, "evaluation_finished");
  });

  it("that could not be made is tried again, and then given up", () => {
    const ref = delivered();
    const before = stage.history(ref.taskId);
    for (const attempts of [1, 2]) {
      const tried = stage.market.execute(recordEvaluation, { ...ref, outcome: { state: "pending" } });
      expect(tried.evaluation).toMatchObject({ state: "pending", attempts, finishedAt: null });
    }
    expect(stage.history(ref.taskId)).toEqual(before);
    const outcome = { state: "failed", formatScore: null, coherenceScore: null, checks: [] } as const;
    const { evaluation } = stage.market.execute(recordEvaluation, { ...ref, outcome });
    expect(evaluation).toMatchObject({ state: "failed", attempts: 3, finishedAt: stage.market.now });
  });

  it("may come after the work was approved", () => {
    const ref = delivered();
    stage.market.execute(approveSubmission, { taskId: ref.taskId, reviewerId: stage.poster });
    expect(stage.market.execute(recordEvaluation, { ...ref, outcome: finished }).evaluation.state).toBe("finished");
    expect(stage.task(ref.taskId).state).toBe("completed");
  });

  it("is refused for what nobody has delivered on this task", () => {
    const [first, second] = [delivered(), delivered()];
    const input = { ...first, outcome: finished };
    stage.expectRefused(recordEvaluation, { ...input, taskId: nobody }, "task_not_found");
    stage.expectRefused(recordEvaluation, { ...input, submissionId: nobody }, "submission_not_found");
    stage.expectRefused(recordEvaluation, { ...input, submissionId: second.submissionId }, "submission_not_found");
  });
});
