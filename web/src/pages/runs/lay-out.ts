import { hasEnded, type Run, type RunStep } from "./use-run.ts";

/** A stretch of the run's time, in milliseconds since it began. `step` null: between two steps, or since the last. */
export interface Bar {
  readonly step: RunStep | null;
  readonly fromMs: number;
  readonly untilMs: number;
  /** It has not ended yet. */
  readonly isNow: boolean;
}

/** A pause between steps that is worth a line. */
const pauseMsMin = 2_000;

/** Steps and the pauses between them, in the order of time. */
export function layOut(run: Run, steps: readonly RunStep[], nowMs: number): { bars: Bar[]; totalMs: number } {
  const beginMs = Date.parse(steps[0]?.started_at ?? run.started_at ?? run.created_at);
  const bars: Bar[] = [];
  let reachedMs = 0;
  for (const step of steps) {
    const fromMs = Date.parse(step.started_at) - beginMs;
    const untilMs = Math.max(fromMs, Date.parse(step.finished_at) - beginMs);
    if (fromMs - reachedMs >= pauseMsMin) bars.push({ step: null, fromMs: reachedMs, untilMs: fromMs, isNow: false });
    bars.push({ step, fromMs, untilMs, isNow: false });
    reachedMs = Math.max(reachedMs, untilMs);
  }
  if (!hasEnded(run) && steps.length > 0) {
    const untilMs = Math.max(reachedMs, nowMs - beginMs);
    bars.push({ step: null, fromMs: reachedMs, untilMs, isNow: run.state === "running" });
    reachedMs = untilMs;
  }
  return { bars, totalMs: Math.max(1, reachedMs) };
}
