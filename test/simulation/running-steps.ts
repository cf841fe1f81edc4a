import fc from "fast-check";
import { type Actor, mostly, rightly, type StepKind, stepsOf, type TaskPick, task } from "./picks.ts";

/** About a run that has not ended, counted from the newest; else of any task, as it comes. */
interface RunPick {
  readonly run: number | null;
  /** Whether the node has the run still; else another has taken it up since. */
  readonly holds: boolean;
}

/** The steps of agents that the platform runs, in numbers like all others. */
export type RunningStep =
  | { readonly do: "run"; readonly by: Actor; readonly task: TaskPick; readonly assigned: boolean }
  /** `skip`: how many numbers lie between the last step and this one; -1: the last one again. */
  | ({ readonly do: "run step"; readonly skip: number; readonly says: boolean } & RunPick)
  | ({ readonly do: "run asks" } & RunPick)
  | ({ readonly do: "run delivers" } & RunPick)
  | ({
      readonly do: "settle run";
      readonly outcome: "waiting" | "succeeded" | "cancelled" | "failed, cancelled" | "failed, released";
    } & RunPick)
  | { readonly do: "cancel run"; readonly run: number | null };

const step = stepsOf<RunningStep>();
const run = mostly(fc.nat({ max: 9 }));
const holds = fc.constantFrom(true, true, true, true, true, false);

export const runningSteps: readonly StepKind<RunningStep>[] = [
  step(5, "run", { by: rightly, task, assigned: fc.constantFrom(false, false, true) }),
  step(5, "run step", { run, holds, skip: fc.constantFrom(0, 0, 0, 0, -1, 1), says: fc.boolean() }),
  step(3, "run asks", { run, holds }),
  step(4, "run delivers", { run, holds }),
  step(3, "settle run", {
    run,
    holds,
    outcome: fc.constantFrom(
      "waiting" as const,
      "succeeded" as const,
      "cancelled" as const,
      "failed, cancelled" as const,
      "failed, released" as const,
    ),
  }),
  step(1, "cancel run", { run }),
];
