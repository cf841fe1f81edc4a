import { refuse } from "../model/errors.ts";
import type { Evaluation } from "../model/evaluation.ts";
import type { Id } from "../model/ids.ts";
import { type Command, command } from "./command.ts";

export interface RecordEvaluation {
  readonly taskId: Id;
  readonly submissionId: Id;
  readonly outcome: EvaluationOutcome;
}

/** What the checks found; or that they could not be made, this time or for good. */
export type EvaluationOutcome =
  | ({ readonly state: "finished" | "failed" } & Pick<Evaluation, "formatScore" | "coherenceScore" | "checks">)
  | { readonly state: "pending" };

/**
 * Writes down what the platform's own checks say of a submission, once. Refuses `task_not_found`,
 * `submission_not_found`, `evaluation_finished`.
 */
export const recordEvaluation: Command<RecordEvaluation, { readonly evaluation: Evaluation }> = command({
  name: "record_evaluation",
  loads: (input) => ({ tasks: [input.taskId], evaluationsOf: [input.submissionId] }),
  decide(book, { taskId, submissionId, outcome }) {
    const task = book.task(taskId);
    const before = book.evaluations.get(submissionId);
    if (before === undefined || before.taskId !== task.id) refuse("submission_not_found");
    if (before.state !== "pending") refuse("evaluation_finished");
    const attempts = before.attempts + 1;
    const evaluation: Evaluation =
      outcome.state === "pending" ? { ...before, attempts } : { ...before, ...outcome, attempts, finishedAt: book.now };
    book.evaluations.replace(submissionId, evaluation);
    if (evaluation.state !== "pending") {
      const { formatScore, coherenceScore, state } = evaluation;
      book.record(taskId, "evaluation.finished", null, { submissionId, state, formatScore, coherenceScore });
    }
    return { evaluation };
  },
});
