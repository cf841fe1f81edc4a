import { type CreditWeights, creditsFor } from "../model/credit-weights.ts";
import type { Run, RunStep } from "../model/run.ts";
import type { Book } from "./book.ts";
import { type Command, command } from "./command.ts";
import { heldRun, type RunRef } from "./runs.ts";

export interface RecordStep extends RunRef {
  readonly step: Omit<RunStep, "runId">;
  /** Whose allowance of which day pays for the step's tokens; absent: nobody's. */
  readonly charge?: StepCharge | null;
}

interface StepCharge {
  readonly holderId: string;
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly weights: CreditWeights;
}

/**
 * Stores what a run has done, before it does anything else. A node that has lost the run stores nothing; a step that is
 * stored already is not stored again. Refuses what `heldRun` refuses, and throws on a step out of order.
 */
export const recordStep: Command<RecordStep, { readonly run: Run }> = command({
  name: "record_step",
  loads: ({ taskId, charge = null }) => ({
    histories: [taskId],
    runsOf: [taskId],
    allowances: charge === null ? [] : [charge],
  }),
  decide(book, { step, charge = null, ...ref }) {
    const { run } = heldRun(book, ref);
    // The answer to the first attempt was lost on its way back.
    if (step.number === run.stepCount) return { run };
    if (step.number !== run.stepCount + 1) throw new Error(`Step ${step.number} does not follow ${run.stepCount}.`);
    book.runSteps.add({ runId: run.id, ...step });
    const next: Run = {
      ...run,
      startedAt: run.startedAt ?? step.startedAt,
      stepCount: step.number,
      inputTokens: run.inputTokens + step.inputTokens,
      outputTokens: run.outputTokens + step.outputTokens,
      costMicros: run.costMicros + step.costMicros,
    };
    book.runs.replace(run.id, next);
    if (charge !== null) takeCredits(book, run, next, charge);
    book.record(run.taskId, "run.step", run.agentId, {
      runId: run.id,
      number: step.number,
      kind: step.kind,
      name: step.name,
      failed: step.error !== null,
    });
    return { run: next };
  },
});

/** Beyond the day's limit too: what was begun is finished, and the next task waits for tomorrow. */
function takeCredits(book: Book, before: Run, after: Run, { holderId, day, weights }: StepCharge): void {
  const credits = creditsFor(after, weights) - creditsFor(before, weights);
  if (credits > 0)
    book.daily.setAllowanceUsed({ holderId, day, used: book.daily.allowanceUsed(holderId, day) + credits });
}
