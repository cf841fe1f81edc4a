import type { Run, RunStep } from "../../model/run.ts";
import { defineTable } from "../table.ts";

/** The tables of runs. Which node has a run is no business of the book: `store/runs.ts` writes that. */

export const runs = defineTable<Run>({
  name: "runs",
  key: ["id"],
  columns: {
    id: "uuid",
    taskId: "uuid",
    assignmentId: "uuid",
    agentId: "uuid",
    executor: "text",
    state: "text",
    limits: "json",
    stepCount: "integer",
    inputTokens: "bigint",
    outputTokens: "bigint",
    costMicros: "bigint",
    failure: "text",
    createdAt: "timestamptz",
    startedAt: "timestamptz",
    endedAt: "timestamptz",
    fence: "integer",
  },
});

export const runSteps = defineTable<RunStep>({
  name: "run_steps",
  key: ["runId", "number"],
  columns: {
    runId: "uuid",
    number: "integer",
    kind: "text",
    name: "text",
    input: "json",
    output: "json",
    error: "text",
    inputTokens: "bigint",
    outputTokens: "bigint",
    costMicros: "bigint",
    snapshotKey: "text",
    startedAt: "timestamptz",
    finishedAt: "timestamptz",
  },
});
