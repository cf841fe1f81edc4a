import { startRun } from "../market/start-run.ts";
import { Refusal } from "../model/errors.ts";
import { type ExecutorKind, limitRuns, type RunLimits } from "../model/run.ts";
import { findRunCandidates } from "../store/run-candidates.ts";
import type { JobContext } from "./context.ts";
import { outages } from "./outages.ts";

/** What the job needs besides. */
export interface RunJobContext extends JobContext {
  readonly runs: {
    /** What this server can run now. */
    usable(): readonly ExecutorKind[];
    readonly limits: RunLimits;
    /** Says that there are runs to be taken. */
    wake(): void;
  };
}

const pageSize = 200;

/**
 * Starts a run for everything that an agent run by the platform has to do: tasks that name it, tasks for engineers, its
 * subtasks, and what it may take from the board. That two look at once harms nothing: one of them is refused.
 */
export async function dispatchRuns({ engine, reads, clock, runs }: RunJobContext): Promise<number> {
  let handled = 0;
  for (;;) {
    const page = await findRunCandidates(reads, { now: clock(), usable: runs.usable(), limit: pageSize });
    const results = await Promise.allSettled(
      page.map(({ limits, ...candidate }) =>
        engine.execute(startRun, { ...candidate, limits: limitRuns(limits, runs.limits) }),
      ),
    );
    let started = 0;
    for (const result of results) {
      if (result.status === "fulfilled") started++;
      else if (!(result.reason instanceof Refusal) || outages.has(result.reason.code)) throw result.reason;
    }
    if (started > 0) runs.wake();
    handled += started;
    if (started === 0 || page.length < pageSize) return handled;
  }
}
