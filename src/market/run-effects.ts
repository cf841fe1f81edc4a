import { isLive, type Submission } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import type { Question } from "../model/question.ts";
import type { Run, RunStep } from "../model/run.ts";
import { type AskQuestion, askQuestion } from "./ask-question.ts";
import type { AssignmentRef } from "./assignments.ts";
import type { Book } from "./book.ts";
import { type Command, command } from "./command.ts";
import { type LogProgress, logProgress } from "./log-progress.ts";
import { recordStep } from "./record-step.ts";
import { heldRun, type RunRef } from "./runs.ts";
import { type SubmittedWork, type SubmitWork, submitWork } from "./submit-work.ts";

/**
 * What a run does in the market, each as one command with the fence of its node: a node that has lost the run asks,
 * says and hands in nothing. Each refuses what `heldRun` refuses, and what the worker's own command refuses.
 */

export interface RunEffect extends RunRef {
  readonly agentId: Id;
}

export interface AskInRun extends RunEffect, Pick<AskQuestion, "type" | "content" | "items"> {}

/** The run asks the poster, and waits. */
export const askInRun: Command<AskInRun, { readonly run: Run; readonly question: Question }> = command({
  name: "ask_in_run",
  loads: (input) => ({ ...askQuestion.loads({ ...input, workerId: input.agentId }), runsOf: [input.taskId] }),
  decide(book, { type, content, items, ...ref }) {
    const { run } = heldRun(book, ref);
    const { question } = askQuestion.decide(book, { type, content, items, ...workerOf(run) });
    return { run: layAside(book, run), question };
  },
});

export interface DeliverInRun extends RunEffect, Pick<SubmitWork, "text"> {
  readonly fileIds: readonly Id[];
}

export interface DeliveredInRun extends Pick<SubmittedWork, "task" | "assignment"> {
  readonly run: Run;
  readonly submission: Submission;
}

/** The run hands in, and waits for the verdict unless there is one at once. */
export const deliverInRun: Command<DeliverInRun, DeliveredInRun> = command({
  name: "deliver_in_run",
  loads: (input) => ({ ...submitWork.loads({ ...input, workerId: input.agentId }), runsOf: [input.taskId] }),
  decide(book, { text, fileIds, ...ref }) {
    const { run } = heldRun(book, ref);
    const { task, assignment, submission } = submitWork.decide(book, { text, fileIds, ...workerOf(run) });
    return { run: isLive(assignment.state) ? layAside(book, run) : run, task, assignment, submission };
  },
});

export interface SayInRun extends RunEffect, Pick<LogProgress, "content"> {
  readonly step: Omit<RunStep, "runId">;
}

/** The run writes a line into the task's history, once: the step is stored with it. */
export const sayInRun: Command<SayInRun, { readonly run: Run }> = command({
  name: "say_in_run",
  loads: (input) => ({ ...logProgress.loads({ ...input, workerId: input.agentId }), runsOf: [input.taskId] }),
  decide(book, { content, step, ...ref }) {
    const { run } = heldRun(book, ref);
    const { run: next } = recordStep.decide(book, { step, ...ref });
    if (next.stepCount > run.stepCount) logProgress.decide(book, { content, ...workerOf(run) });
    return { run: next };
  },
});

function workerOf({ taskId, agentId, assignmentId }: Run): Required<AssignmentRef> {
  return { taskId, workerId: agentId, assignmentId };
}

function layAside(book: Book, run: Run): Run {
  const waiting: Run = { ...run, state: "waiting" };
  book.runs.replace(run.id, waiting);
  return waiting;
}
