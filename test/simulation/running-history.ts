import { cancelRun } from "../../src/market/cancel-run.ts";
import { recordStep } from "../../src/market/record-step.ts";
import { askInRun, deliverInRun, sayInRun } from "../../src/market/run-effects.ts";
import { type RunOutcome, settleRun } from "../../src/market/settle-run.ts";
import { startRun } from "../../src/market/start-run.ts";
import { hasEnded, type Run, type RunStep } from "../../src/model/run.ts";
import { nobody } from "../support/market-stage.ts";
import { inState, type Resolved, send } from "./resolving.ts";
import type { RunningStep } from "./running-steps.ts";
import type { Scene } from "./scene.ts";

type Resolvers = {
  readonly [Name in RunningStep["do"]]: (step: Extract<RunningStep, { do: Name }>, scene: Scene) => Resolved;
};

const limits = { steps: 10, tokens: 1_000, workMs: 60_000, costMicros: 1_000 };

/** How each step of a run becomes a command on what the market holds. */
export const runningResolvers: Resolvers = {
  run: (step, scene) => {
    const taskId = scene.task(step.task, inState(step.assigned ? "in_progress" : "open"));
    const worker = step.assigned ? scene.workerOf(taskId) : scene.whoMayTake(taskId);
    const agentId = step.by === null ? worker : scene.party(step.by);
    const assignmentId = step.assigned ? (scene.newestAssignment(taskId)?.id ?? nobody) : null;
    return send(startRun, { taskId, agentId, assignmentId, executor: "prompt", limits });
  },
  "run step": (step, scene) => {
    const run = runOf(step.run, scene);
    const stored = aStep(scene, (run?.stepCount ?? 0) + 1 + step.skip, step.says);
    if (step.says) return send(sayInRun, { ...refOf(run, step.holds), content: "Half done.", step: stored });
    return send(recordStep, { ...refOf(run, step.holds), step: stored });
  },
  "run asks": (step, scene) => {
    const question = { type: "message", content: "This or that?", items: null } as const;
    return send(askInRun, { ...refOf(runOf(step.run, scene), step.holds), ...question });
  },
  "run delivers": (step, scene) =>
    send(deliverInRun, { ...refOf(runOf(step.run, scene), step.holds), text: "Done.", fileIds: [] }),
  "settle run": (step, scene) =>
    send(settleRun, { ...refOf(runOf(step.run, scene), step.holds), outcome: outcomes[step.outcome] }),
  "cancel run": (step, scene) => {
    const { runId, taskId, agentId } = refOf(runOf(step.run, scene), true);
    return send(cancelRun, { runId, taskId, actorId: agentId });
  },
};

const outcomes: Readonly<Record<Extract<RunningStep, { do: "settle run" }>["outcome"], RunOutcome>> = {
  waiting: { state: "waiting" },
  succeeded: { state: "succeeded" },
  cancelled: { state: "cancelled" },
  "failed, cancelled": { state: "failed", reason: "It cannot be done.", task: "cancelled" },
  "failed, released": { state: "failed", reason: "It cannot be done.", task: "released" },
};

function runOf(nth: number | null, { market }: Scene): Run | undefined {
  const all = [...market.runs.values()].reverse();
  return nth === null ? (all.find(({ state }) => !hasEnded(state)) ?? all[0]) : all[nth % Math.max(all.length, 1)];
}

function refOf(run: Run | undefined, holds: boolean) {
  if (run === undefined) return { runId: nobody, taskId: nobody, agentId: nobody, fence: 0 };
  return { runId: run.id, taskId: run.taskId, agentId: run.agentId, fence: run.fence + (holds ? 0 : 1) };
}

function aStep({ market }: Scene, number: number, says: boolean): Omit<RunStep, "runId"> {
  return {
    number,
    kind: says ? "progress" : "tool",
    name: "a step",
    input: { a: [1] },
    output: null,
    error: null,
    inputTokens: 3,
    outputTokens: 2,
    costMicros: 1,
    snapshotKey: null,
    startedAt: market.now,
    finishedAt: market.now,
  };
}
