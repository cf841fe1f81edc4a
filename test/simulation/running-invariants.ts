import { hasEnded } from "../../src/model/run.ts";
import type { MemoryMarket } from "../support/memory-market.ts";
import { promise } from "./promise.ts";

/** What docs/runs.md promises, at any moment: one run for an engagement, steps in order, sums that are theirs. */
export function checkRuns(market: MemoryMarket): void {
  const engagements = new Set<string>();
  for (const run of market.runs.values()) {
    promise(!engagements.has(run.assignmentId), () => `assignment ${run.assignmentId} has two runs`);
    engagements.add(run.assignmentId);
    const assignment = market.assignments.get(run.assignmentId);
    if (assignment === undefined) throw new Error(`run ${run.id} of no assignment`);
    promise(assignment.workerId === run.agentId, () => `run ${run.id} does the work of another`);
    promise((run.endedAt !== null) === hasEnded(run.state), () => `${run.state} run ended at ${run.endedAt}`);
    promise((run.failure !== null) === (run.state === "failed"), () => `${run.state} run failed: ${run.failure}`);
    const steps = market.runSteps.filter(({ runId }) => runId === run.id);
    promise(
      steps.every(({ number }, index) => number === index + 1) && steps.length === run.stepCount,
      () => `run ${run.id} counts ${run.stepCount} steps and has ${steps.map(({ number }) => number)}`,
    );
    const tokens = steps.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
    promise(tokens === run.inputTokens, () => `run ${run.id} has used ${tokens} tokens and counts ${run.inputTokens}`);
  }
}
