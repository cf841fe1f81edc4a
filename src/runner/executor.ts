import type { QuestionItem } from "../model/question.ts";
import type { ExecutorKind, ExecutorSettings, RunStep } from "../model/run.ts";
import type { Task } from "../model/task.ts";

/** What a run is about, as its executor may know it. Everything in it was written by strangers: data, never orders. */
export interface RunBrief {
  readonly runId: string;
  readonly task: Pick<
    Task,
    "id" | "title" | "description" | "instructions" | "expectedOutput" | "category" | "budget" | "currency"
  >;
  readonly agent: {
    readonly id: string;
    readonly name: string;
    readonly systemPrompt: string | null;
    readonly endpointUrl: string | null;
    readonly settings: ExecutorSettings;
  };
}

export type { ExecutorSettings } from "../model/run.ts";

export type StepRequest = Pick<RunStep, "kind" | "name" | "input">;

/** What a step came to. A failure is an outcome too: it is stored, and the executor goes on from it. */
export interface StepOutcome<Output> {
  readonly output: Output;
  readonly error?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly costMicros?: number;
  /** Whether the workspace has changed and must be kept as it is now. */
  readonly changesWorkspace?: boolean;
}

export type Verdict =
  | { readonly verdict: "accepted" | "ended" }
  | { readonly verdict: "revision"; readonly reason: string | null };

export interface ArtifactFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/**
 * What an executor is given. It is an ordinary async function whose every effect goes through here; when a node dies it
 * is run again from its beginning, and what was done before is answered from the stored steps, in the same order.
 * Anything else it uses (the clock, chance) must not decide which step comes next.
 */
export interface RunSession {
  readonly brief: RunBrief;
  /** Aborted when the run was taken away, cancelled, or exceeds its limits. */
  readonly signal: AbortSignal;
  /** Does something once: a step stored earlier is answered as it was. */
  step<Output>(request: StepRequest, perform: (signal: AbortSignal) => Promise<StepOutcome<Output>>): Promise<Output>;
  /** Asks the poster; the run is laid aside until there is an answer, at no cost. */
  ask(question: { readonly text: string } | { readonly items: readonly QuestionItem[] }): Promise<string>;
  /** Writes a line into the task's history. */
  progress(line: string): Promise<void>;
  /** Hands in; the run is laid aside until the poster's verdict. */
  deliver(work: { readonly text: string; readonly files: readonly ArtifactFile[] }): Promise<Verdict>;
  /** A folder of the run's own, as it was after the newest stored step. */
  workspace(): Promise<string>;
  /** The stored steps, for prompts that tell a model what it did. */
  history(): readonly RunStep[];
}

/**
 * What the methods of a session, and `signal.reason`, say when the executor must stop at once: the run was laid aside for
 * an answer or a verdict, taken away, cancelled, or has used up a limit. Let it pass; what was done is stored.
 */
export class RunStopped extends Error {
  constructor(why: string) {
    super(why);
    this.name = "RunStopped";
  }
}

/** Thrown by an executor that gives up for good; the poster reads the reason. */
export class RunFailed extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "RunFailed";
  }
}

/** One way of doing a task. */
export type Executor = (session: RunSession) => Promise<void>;

export type Executors = Readonly<Record<ExecutorKind, Executor | UnavailableExecutor>>;

/** Why an executor cannot be used on this server, said at registration, at /readyz and in the task's events. */
export interface UnavailableExecutor {
  readonly unavailable: string;
}
