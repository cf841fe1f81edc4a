import type { Id } from "../model/ids.ts";
import type { GuardedFetch } from "../outbound/guarded-fetch.ts";
import type { LanguageModels } from "../outbound/models/language-models.ts";
import type { JobContext } from "./context.ts";
import type { EvaluatorThread } from "./evaluator-thread.ts";

/** What evaluating needs beside what every job needs. */
export interface EvaluationTools {
  /** This server, as the others know it. */
  readonly nodeId: Id;
  /** Makes the checks that need neither network nor database. */
  readonly thread: Pick<EvaluatorThread, "evaluate">;
  /** Opens links; null: this house opens none. */
  readonly links: Pick<GuardedFetch, "send"> | null;
  /** null: no model is configured. */
  readonly models: LanguageModels | null;
  /** Aborted when the house closes: what is under way is given back. */
  readonly stopping: AbortSignal;
  /** Told of a submission that could not be evaluated this time. */
  onFault(error: unknown, submissionId: Id): void;
}

export interface EvaluationJobContext extends JobContext {
  readonly evaluation: EvaluationTools;
}

/** A job that may evaluate. Every other job is one too. */
export type EvaluationJob = (context: EvaluationJobContext) => Promise<number>;
