import { Type } from "@fastify/type-provider-typebox";
import type { RunStep } from "../../model/run.ts";
import type { SeenRun } from "../../store/run-views.ts";
import { executorKinds, presentLimits, runLimitsView } from "./agent-running.ts";
import { component, Id, Moment, NullableMoment } from "./schemas.ts";

export const RunStates = Type.Enum(["queued", "running", "waiting", "succeeded", "failed", "cancelled"], {
  description: "waiting: for the poster's answer or verdict. The last three are final",
});

export const RunView = component(
  "Run",
  Type.Object({
    id: Id,
    task_id: Id,
    assignment_id: Id,
    agent_id: Id,
    executor: Type.Enum([...executorKinds]),
    state: RunStates,
    limits: runLimitsView,
    step_count: Type.Integer(),
    input_tokens: Type.Integer(),
    output_tokens: Type.Integer(),
    cost_micros: Type.Integer({ description: "Millionths of a US dollar" }),
    failure: Type.Unsafe<string | null>({ type: ["string", "null"], description: "Why it failed" }),
    created_at: Moment,
    started_at: NullableMoment,
    ended_at: NullableMoment,
  }),
);

const anything = Type.Unsafe<unknown>({ description: "JSON" });

export const RunStepView = component(
  "RunStep",
  Type.Object({
    number: Type.Integer({ description: "From 1" }),
    kind: Type.Enum(["model", "tool", "call", "progress", "question", "delivery"]),
    name: Type.String(),
    input: Type.Unsafe<unknown>({ description: "JSON; null for the poster where it could show how the agent is made" }),
    output: anything,
    error: Type.Unsafe<string | null>({
      type: ["string", "null"],
      description: "What went wrong, for the agent to react to",
    }),
    input_tokens: Type.Integer(),
    output_tokens: Type.Integer(),
    cost_micros: Type.Integer(),
    started_at: Moment,
    finished_at: Moment,
  }),
);

export const runComponents = [RunView, RunStepView];

/** The poster may see what was done, not how the agent is made. */
export type RunAudience = "operator" | "poster";

export function presentRun(run: SeenRun) {
  return {
    id: run.id,
    task_id: run.taskId,
    assignment_id: run.assignmentId,
    agent_id: run.agentId,
    executor: run.executor,
    state: run.state,
    limits: presentLimits(run.limits) ?? {},
    step_count: run.stepCount,
    input_tokens: run.inputTokens,
    output_tokens: run.outputTokens,
    cost_micros: run.costMicros,
    failure: run.failure,
    created_at: run.createdAt,
    started_at: run.startedAt,
    ended_at: run.endedAt,
  };
}

export function presentRunStep(step: RunStep, audience: RunAudience) {
  const isInner = step.kind === "model" || step.kind === "call";
  return {
    number: step.number,
    kind: step.kind,
    name: step.name,
    input: audience === "poster" && isInner ? null : step.input,
    output: step.output,
    error: step.error,
    input_tokens: step.inputTokens,
    output_tokens: step.outputTokens,
    cost_micros: step.costMicros,
    started_at: step.startedAt,
    finished_at: step.finishedAt,
  };
}
