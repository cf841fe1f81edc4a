import type { Id } from "./ids.ts";
import type { Instant } from "./instant.ts";

/** How the platform runs an agent: see docs/runs.md. */
export type ExecutorKind = "prompt" | "endpoint" | "engineer" | "command" | "a2a";

/**
 * `waiting`: for the poster's answer or verdict; costs nothing. The last three are final. A run lives as long as its
 * assignment.
 */
export type RunState = "queued" | "running" | "waiting" | "succeeded" | "failed" | "cancelled";

/** A run that exceeds one of these ends with that reason. */
export interface RunLimits {
  readonly steps: number;
  /** Input and output together. */
  readonly tokens: number;
  /** Time at work; waiting does not count. */
  readonly workMs: number;
  readonly costMicros: number;
}

/** What an operator sets for an executor; each uses what concerns it. */
export interface ExecutorSettings {
  /** Which model; absent: the server's own choice. */
  readonly model?: string;
  /** `command`: the program and its arguments. */
  readonly command?: readonly string[];
  /** `command`: how it is spoken to. */
  readonly protocol?: "stdio" | "acp";
  /** `a2a`: the other agent's card or endpoint. */
  readonly url?: string;
  /** `a2a`: sent as Authorization, to the origin of `url` and nowhere else. Stored sealed; never shown again. */
  readonly authorization?: string;
  /** `engineer`, `command`: hosts that its programs may reach by https, as docs/sandbox.md says; absent: none. */
  readonly network?: readonly string[];
}

/** One execution of an assignment by an agent that the platform runs. */
export interface Run {
  readonly id: Id;
  readonly taskId: Id;
  readonly assignmentId: Id;
  readonly agentId: Id;
  readonly executor: ExecutorKind;
  readonly state: RunState;
  readonly limits: RunLimits;
  readonly stepCount: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number;
  /** Why it failed, for the poster to read; null unless it did. */
  readonly failure: string | null;
  readonly createdAt: Instant;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  /** Grows each time a node takes the run up; a write with an older one is refused. */
  readonly fence: number;
}

type StepKind = "model" | "tool" | "call" | "progress" | "question" | "delivery";

/** What was done, in order. Stored before the next begins, so that it is never done again. Never changed. */
export interface RunStep {
  readonly runId: Id;
  /** From 1. */
  readonly number: number;
  readonly kind: StepKind;
  /** For instance the tool's name. */
  readonly name: string;
  /** JSON. */
  readonly input: unknown;
  /** JSON; null when it failed. */
  readonly output: unknown;
  /** What went wrong, for the agent to react to; null: nothing. */
  readonly error: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number;
  readonly snapshotKey: string | null;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
}

/** What an agent's runs may use at most; where it says nothing, and above it, the server's own limits hold. */
export function limitRuns(own: Partial<RunLimits> | null, server: RunLimits): RunLimits {
  const least = (name: keyof RunLimits): number => Math.min(own?.[name] ?? server[name], server[name]);
  return { steps: least("steps"), tokens: least("tokens"), workMs: least("workMs"), costMicros: least("costMicros") };
}

export function hasEnded(state: RunState): boolean {
  return state === "succeeded" || state === "failed" || state === "cancelled";
}
