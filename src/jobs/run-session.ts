import { recordStep } from "../market/record-step.ts";
import { askInRun, deliverInRun, sayInRun } from "../market/run-effects.ts";
import { settleRun } from "../market/settle-run.ts";
import { hasStake } from "../model/assignment.ts";
import { Refusal } from "../model/errors.ts";
import { dayOf } from "../model/instant.ts";
import type { Question, QuestionItem } from "../model/question.ts";
import type { Run, RunStep } from "../model/run.ts";
import type {
  ArtifactFile,
  ExecutorSettings,
  RunBrief,
  RunSession,
  StepOutcome,
  StepRequest,
  Verdict,
} from "../runner/executor.ts";
import { RunFailed } from "../runner/executor.ts";
import type { RunContext } from "../store/run-contexts.ts";
import { RunBudget } from "./run-budget.ts";
import type { RunHouse } from "./run-context.ts";
import { RunStop } from "./run-stop.ts";
import type { RunWorkspace } from "./run-workspace.ts";
import { storable } from "./storable.ts";
import { storeArtifacts } from "./store-artifacts.ts";

type NewStep = Omit<RunStep, "runId">;

/** What a step adds to a run, apart from what it was. */
const nothingSpent = { inputTokens: 0, outputTokens: 0, costMicros: 0, snapshotKey: null, error: null } as const;

/**
 * A run while this node has it. Stored steps are answered from memory in their order; everything new is stored, under
 * the run's fence, before it is answered.
 */
export class LiveRun implements RunSession {
  readonly brief: RunBrief;
  readonly signal: AbortSignal;
  readonly #house: RunHouse;
  readonly #context: RunContext;
  readonly #workspace: RunWorkspace;
  readonly #abort = new AbortController();
  readonly #steps: RunStep[];
  readonly #budget: RunBudget;
  #run: Run;
  #position = 0;
  #asked = 0;
  #delivered = 0;
  #isBusy = false;

  constructor(house: RunHouse, run: Run, context: RunContext, workspace: RunWorkspace) {
    this.#house = house;
    this.#run = run;
    this.#context = context;
    this.#workspace = workspace;
    this.#steps = [...context.steps];
    this.signal = this.#abort.signal;
    this.#budget = new RunBudget(run.limits, this.#steps, (reason) => this.stop(new RunStop("limit", reason)));
    this.brief = briefOf(run, context);
  }

  /** As it was after the newest stored step. */
  get run(): Run {
    return this.#run;
  }

  /** Why it was stopped, if it was. */
  get stopCause(): RunStop | undefined {
    return this.signal.reason;
  }

  /** Makes every method reject from now on. */
  stop(reason: RunStop): void {
    this.#abort.abort(reason);
    this.#budget.close();
  }

  history(): readonly RunStep[] {
    return this.#steps;
  }

  async step<Output>(
    request: StepRequest,
    perform: (signal: AbortSignal) => Promise<StepOutcome<Output>>,
  ): Promise<Output> {
    return this.#alone(async () => {
      const stored = this.#replay(request);
      if (stored !== undefined) return stored.output as Output;
      this.#checkBudget();
      const startedAt = this.#house.clock();
      const outcome = await this.#unlessStopped(perform(this.signal));
      const { output, error = null, inputTokens = 0, outputTokens = 0, costMicros = 0 } = outcome;
      const snapshotKey = outcome.changesWorkspace === true ? await this.#unlessStopped(this.#workspace.keep()) : null;
      const step = await this.#store({
        ...this.#next(request, startedAt, output),
        error: error === null ? null : storable(error),
        inputTokens,
        outputTokens,
        costMicros,
        snapshotKey,
      });
      if (snapshotKey !== null) await this.#workspace.settle(snapshotKey);
      return step.output as Output;
    });
  }

  async ask(question: { readonly text: string } | { readonly items: readonly QuestionItem[] }): Promise<string> {
    return this.#alone(async () => {
      const content = "text" in question ? question.text : null;
      const items = "items" in question ? question.items : null;
      const input = storable({ content, items });
      const request = { kind: "question", name: "ask", input } as const;
      const stored = this.#replay(request);
      const place = this.#asked++;
      if (stored !== undefined) return stored.output as string;
      const asked = this.#context.questions[place];
      if (asked?.answeredAt != null) {
        const step = await this.#store({ ...this.#next(request, asked.askedAt, answerText(asked)) });
        return step.output as string;
      }
      if (asked === undefined) {
        this.#checkBudget();
        const type = items === null ? "message" : "clarifying";
        await this.#send(askInRun, { ...this.#ref(), type, content: input.content, items: input.items });
      } else {
        await this.#goOnWaiting();
      }
      throw this.#layAside("The run waits for an answer.");
    });
  }

  async progress(line: string): Promise<void> {
    await this.#alone(async () => {
      const content = storable(line);
      const request = { kind: "progress", name: "progress", input: content } as const;
      if (this.#replay(request) !== undefined) return;
      this.#checkBudget();
      const step = this.#next(request, this.#house.clock(), null);
      const { run } = await this.#send(sayInRun, { ...this.#ref(), content, step });
      this.#keep(run, step);
    });
  }

  async deliver(work: { readonly text: string; readonly files: readonly ArtifactFile[] }): Promise<Verdict> {
    return this.#alone(async () => {
      const files = work.files.map(({ name }) => name);
      const request = { kind: "delivery", name: "deliver", input: storable({ text: work.text, files }) } as const;
      const stored = this.#replay(request);
      const place = this.#delivered++;
      if (stored !== undefined) return stored.output as Verdict;
      const delivered = this.#context.deliveries[place];
      if (delivered !== undefined) {
        const verdict = verdictOn(this.#context, place);
        if (verdict === undefined) {
          await this.#goOnWaiting();
          throw this.#layAside("The run waits for a verdict.");
        }
        return (await this.#store(this.#next(request, this.#house.clock(), verdict))).output as Verdict;
      }
      this.#checkBudget();
      const startedAt = this.#house.clock();
      const owner = { runId: this.#run.id, agentId: this.#run.agentId, place };
      const fileIds = await this.#unlessStopped(storeArtifacts(this.#house, owner, work.files));
      const { run, assignment } = await this.#send(deliverInRun, { ...this.#ref(), text: request.input.text, fileIds });
      if (run.state === "waiting") throw this.#layAside("The run waits for a verdict.");
      const verdict: Verdict = { verdict: assignment.state === "accepted" ? "accepted" : "ended" };
      return (await this.#store(this.#next(request, startedAt, verdict))).output as Verdict;
    });
  }

  workspace(): Promise<string> {
    return this.#alone(() => this.#unlessStopped(this.#workspace.open()));
  }

  #ref() {
    const { id: runId, taskId, agentId, fence } = this.#run;
    return { runId, taskId, agentId, fence };
  }

  /** The next stored step, if there is one. Another step than before: the executor has changed, and cannot go on. */
  #replay({ kind, name }: StepRequest): RunStep | undefined {
    const stored = this.#steps[this.#position];
    if (stored === undefined) return undefined;
    if (stored.kind !== kind || stored.name !== name) {
      const was = `${stored.kind} ${stored.name}`;
      throw new RunFailed(`The run cannot go on: step ${stored.number} was "${was}" and is now "${kind} ${name}".`);
    }
    this.#position++;
    return stored;
  }

  #next(request: StepRequest, startedAt: RunStep["startedAt"], output: unknown): NewStep {
    const { kind, name, input } = request;
    return {
      ...nothingSpent,
      number: this.#position + 1,
      kind,
      name: storable(name),
      input: storable(input),
      output: storable(output),
      startedAt,
      finishedAt: this.#house.clock(),
    };
  }

  async #store(step: NewStep): Promise<NewStep> {
    const { runId, taskId, fence } = this.#ref();
    const { run } = await this.#send(recordStep, { runId, taskId, fence, step, charge: this.#chargeFor(step) });
    this.#keep(run, step);
    return step;
  }

  #chargeFor({ inputTokens, outputTokens, finishedAt }: NewStep) {
    const holderId = this.#context.task.allowanceHolderId;
    if (holderId === null || inputTokens + outputTokens === 0) return null;
    return { holderId, day: dayOf(finishedAt), weights: this.#house.creditWeights };
  }

  #keep(run: Run, step: NewStep): void {
    this.#run = run;
    this.#steps.push({ runId: run.id, ...step });
    this.#position++;
    this.#budget.add(step);
  }

  #send: RunHouse["engine"]["execute"] = async (command, input) => {
    this.signal.throwIfAborted();
    try {
      return await this.#house.engine.execute(command, input);
    } catch (error) {
      throw this.#overtaken(error) ?? error;
    }
  };

  /** What the market refuses a run is mostly that it is over: for this node, or for good. */
  #overtaken(error: unknown): RunStop | undefined {
    if (!(error instanceof Refusal)) return undefined;
    if (error.code === "run_not_found" || error.code === "lease_lost" || error.code === "task_wrong_state") {
      this.stop(new RunStop("taken_away", "The run is no longer this node's."));
      return this.signal.reason;
    }
    return undefined;
  }

  #checkBudget(): void {
    this.#budget.check();
    this.signal.throwIfAborted();
  }

  /** Taken up although there was no answer yet. */
  async #goOnWaiting(): Promise<void> {
    await this.#send(settleRun, { ...this.#ref(), outcome: { state: "waiting" } });
  }

  #layAside(message: string): RunStop {
    this.stop(new RunStop("laid_aside", message));
    return this.signal.reason;
  }

  /** An executor that does two things at once could not be run again in the same order. */
  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    this.signal.throwIfAborted();
    if (this.#isBusy) throw new Error("A run does one thing at a time.");
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }

  /** Does not wait for what does not heed the signal. */
  #unlessStopped<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(this.signal.reason);
      if (this.signal.aborted) onAbort();
      this.signal.addEventListener("abort", onAbort, { once: true });
      work.then(resolve, reject).finally(() => this.signal.removeEventListener("abort", onAbort));
    });
  }
}

function briefOf(run: Run, { task, agent }: RunContext): RunBrief {
  const { parentId: _parent, intake: _intake, allowanceHolderId: _holder, ...shown } = task;
  return { runId: run.id, task: shown, agent: { ...agent, settings: (agent.settings ?? {}) as ExecutorSettings } };
}

/** What the poster answered, as text: with several questions each stands before its answer. */
function answerText({ items, answers, answerText: text }: Question): string {
  if (answers === null) return text ?? "";
  return answers
    .map(({ questionIndex, selected }) => {
      const answer = typeof selected === "string" ? selected : selected.join(", ");
      const question = items?.[questionIndex]?.question;
      return question === undefined ? answer : `${question}: ${answer}`;
    })
    .join("\n");
}

/** Undefined: the poster has not decided yet. */
function verdictOn({ deliveries, assignmentState }: RunContext, place: number): Verdict | undefined {
  const revision = deliveries[place]?.revision ?? null;
  if (revision !== null) return { verdict: "revision", reason: revision.reason };
  if (assignmentState === "accepted") return { verdict: "accepted" };
  return hasStake(assignmentState) ? undefined : { verdict: "ended" };
}
