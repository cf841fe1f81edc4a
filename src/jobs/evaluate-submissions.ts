import { randomBytes } from "node:crypto";
import { summarize } from "../evaluation/evaluate.ts";
import { type EvaluationOutcome, recordEvaluation } from "../market/record-evaluation.ts";
import { Refusal, type RefusalCode } from "../model/errors.ts";
import { addMinutes } from "../model/instant.ts";
import {
  giveBackEvaluation,
  readEvaluationInput,
  setNextTurn,
  type TakenEvaluation,
  takeEvaluations,
} from "../store/evaluation-inputs.ts";
import { askModel } from "./ask-model.ts";
import type { EvaluationJob, EvaluationJobContext } from "./evaluation-context.ts";
import { gatherDelivery } from "./gather-delivery.ts";

/** How many are looked at together. */
const pageSize = 8;
const maxAttempts = 5;
/** Longer than looking at one may take, so that only what a dead server left behind is taken again. */
const turnMinutes = 10;
const timeoutMs = 150_000;

/** Somebody else was faster, or what was submitted is gone. */
const overtaken: ReadonlySet<RefusalCode> = new Set(["evaluation_finished", "submission_not_found", "task_not_found"]);

/**
 * Looks at what was submitted and writes down what it finds. Each submission is taken for a few minutes, so that two
 * nodes don't do the work twice; should they, the first result stays. One that cannot be looked at is tried again later,
 * five times in all, and holds nobody else up.
 */
export const evaluateSubmissions: EvaluationJob = async (context) => {
  let handled = 0;
  let fault: unknown;
  while (!context.evaluation.stopping.aborted) {
    const now = context.clock();
    const { nodeId } = context.evaluation;
    const turns = { now, nextTurnAt: addMinutes(now, turnMinutes), nodeId, limit: pageSize };
    const taken = await takeEvaluations(context.reads, turns);
    for (const result of await Promise.allSettled(taken.map((each) => takeTurn(context, each)))) {
      if (result.status === "fulfilled") handled += result.value;
      else fault = result.reason;
    }
    if (taken.length < pageSize) break;
  }
  // The others were handled; the queue writes this one down. Its submission's next turn comes by itself.
  if (fault !== undefined) throw fault;
  return handled;
};

/** Returns 1 if there is a result now. */
async function takeTurn(context: EvaluationJobContext, taken: TakenEvaluation): Promise<0 | 1> {
  const { reads, clock, evaluation: tools } = context;
  // A submission that brings a server down never gets to count as a failed attempt: its turns count instead.
  if (taken.turns > maxAttempts) return record(context, taken, givenUp);
  try {
    const outcome = await lookAt(context, taken);
    return await record(context, taken, outcome);
  } catch (error) {
    if (tools.stopping.aborted) {
      await giveBackEvaluation(reads, taken.submissionId);
      return 0;
    }
    tools.onFault(error, taken.submissionId);
    const attempt = Math.max(taken.attempts + 1, taken.turns);
    if (attempt >= maxAttempts) return record(context, taken, givenUp);
    await record(context, taken, { state: "pending" });
    await setNextTurn(reads, taken.submissionId, addMinutes(clock(), 2 ** (attempt - 1)));
    return 0;
  }
}

async function lookAt(context: EvaluationJobContext, { submissionId }: TakenEvaluation): Promise<EvaluationOutcome> {
  const { reads, evaluation: tools } = context;
  const input = await readEvaluationInput(reads, submissionId);
  if (input === undefined) throw new Error("There is an evaluation without its submission.");
  const signal = AbortSignal.any([tools.stopping, AbortSignal.timeout(timeoutMs)]);
  const delivery = await gatherDelivery(context, input, signal);
  const nonce = tools.models === null ? null : randomBytes(12).toString("hex");
  const { checks, question } = await tools.thread.evaluate({ brief: input.brief, delivery, nonce });
  const byModel = await askModel(tools.models, question, signal);
  // Cut short, the checks would be recorded as if they could not be made.
  tools.stopping.throwIfAborted();
  return { state: "finished", ...summarize([...checks, byModel]) };
}

const givenUp: EvaluationOutcome = {
  state: "failed",
  formatScore: null,
  coherenceScore: null,
  checks: [
    {
      name: "evaluation",
      group: "format",
      score: null,
      reason: `Not made: looking at this submission failed ${maxAttempts} times.`,
    },
  ],
};

async function record(
  { engine }: EvaluationJobContext,
  { taskId, submissionId }: TakenEvaluation,
  outcome: EvaluationOutcome,
): Promise<0 | 1> {
  try {
    await engine.execute(recordEvaluation, { taskId, submissionId, outcome });
    return 1;
  } catch (error) {
    if (error instanceof Refusal && overtaken.has(error.code)) return 0;
    throw error;
  }
}
