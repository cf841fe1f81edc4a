import type { Run, RunStep } from "../model/run.ts";
import { type Command, command } from "./command.ts";
import { heldRun, type RunRef } from "./runs.ts";

export interface RecordStep extends RunRef {
  readonly step: Omit<RunStep, "runId">;
}

/**
 * Stores what a run has done, before it does anything else. A node that has lost the run stores nothing; a step that is
 * stored already is not stored again. Refuses what `heldRun` refuses, and throws on a step out of order.
 */
export const recordStep: Command<RecordStep, { readonly run: Run }> = command({
  name: "record_step",
  loads: (input) => ({ tasks: [input.taskId], runsOf: [input.taskId] }),
  decide(book, { step, ...ref }) {
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
