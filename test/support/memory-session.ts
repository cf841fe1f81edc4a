import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { RunStep } from "../../src/model/run.ts";
import type { ArtifactFile, Executor, RunBrief, RunSession, StepRequest, Verdict } from "../../src/runner/executor.ts";
import type { TestSandbox } from "./test-sandbox.ts";

/** What the poster is shown or told by a run, in order. */
export type Shown =
  | { readonly progress: string }
  | { readonly asked: unknown }
  | { readonly text: string; readonly files: readonly ArtifactFile[] };

export interface Poster {
  readonly answers?: readonly string[];
  /** One for each delivery; accepted once they are used up. */
  readonly rejections?: readonly string[];
}

interface StoredStep extends StepRequest {
  readonly output: string;
  readonly snapshot: number;
}

export class Killed extends Error {}

/** A run outside of the market: its steps are kept in memory as JSON, its workspace in copies of the folder. */
export class MemoryRun {
  readonly brief: RunBrief;
  readonly shown: Shown[] = [];
  readonly steps: StoredStep[] = [];
  /** Effects that were begun, also those that were not stored any more. */
  begun = 0;
  readonly #box: TestSandbox;
  readonly #poster: Poster;
  readonly #folder: string;
  readonly #signal: AbortSignal;

  constructor(
    box: TestSandbox,
    name: string,
    poster: Poster,
    options: { brief?: Partial<RunBrief["task"]>; agent?: Partial<RunBrief["agent"]>; signal?: AbortSignal } = {},
  ) {
    this.#box = box;
    this.#poster = poster;
    this.#folder = join(box.folder, name);
    this.#signal = options.signal ?? new AbortController().signal;
    this.brief = briefOf(options.brief, options.agent);
  }

  /** Runs it on from its newest step; `killedAfter`: the server dies once so many steps are stored. */
  async work(executor: Executor, killedAfter = Number.POSITIVE_INFINITY): Promise<void> {
    await executor(new MemorySession(this, killedAfter));
  }

  get signal(): AbortSignal {
    return this.#signal;
  }

  nextAnswer(): string {
    const asked = this.shown.filter((each) => "asked" in each).length;
    return this.#poster.answers?.[asked - 1] ?? "Decide yourself.";
  }

  verdict(): Verdict {
    const delivered = this.shown.filter((each) => "files" in each).length;
    const reason = this.#poster.rejections?.[delivered - 1];
    return reason === undefined ? { verdict: "accepted" } : { verdict: "revision", reason };
  }

  /** As it was after a step. */
  async openWorkspace(snapshot: number): Promise<string> {
    await this.removeWorkspace();
    if (snapshot > 0) await cp(this.#snapshot(snapshot), this.#folder, { recursive: true, verbatimSymlinks: true });
    await this.#box.sandbox.prepareWorkspace(this.#folder);
    return this.#folder;
  }

  async keepWorkspace(snapshot: number): Promise<void> {
    await mkdir(this.#snapshot(snapshot), { recursive: true });
    await cp(this.#folder, this.#snapshot(snapshot), { recursive: true, verbatimSymlinks: true });
  }

  async removeWorkspace(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #snapshot(number: number): string {
    return `${this.#folder}-${number}`;
  }
}

class MemorySession implements RunSession {
  readonly brief: RunBrief;
  readonly signal: AbortSignal;
  readonly #run: MemoryRun;
  readonly #killedAfter: number;
  #number = 0;
  #isBusy = false;
  #workspace: Promise<string> | undefined;

  constructor(run: MemoryRun, killedAfter: number) {
    this.#run = run;
    this.brief = run.brief;
    this.signal = run.signal;
    this.#killedAfter = killedAfter;
  }

  async step<Output>(
    request: StepRequest,
    perform: (signal: AbortSignal) => Promise<{ output: Output; changesWorkspace?: boolean }>,
  ): Promise<Output> {
    const stored = this.#run.steps[this.#number];
    if (stored !== undefined) {
      const [was, is] = [stored, request].map(({ kind, name, input }) => JSON.stringify([kind, name, input]));
      if (was !== is) throw new Error(`Replayed otherwise: step ${this.#number + 1} was ${was} and is ${is}.`);
      this.#number++;
      return JSON.parse(stored.output);
    }
    this.#run.begun++;
    this.#isBusy = true;
    const { output, changesWorkspace = false } = await perform(this.signal);
    this.#isBusy = false;
    if (this.#number >= this.#killedAfter) throw new Killed();
    this.#number++;
    if (changesWorkspace) await this.#run.keepWorkspace(this.#number);
    const snapshot = changesWorkspace ? this.#number : (this.#run.steps.at(-1)?.snapshot ?? 0);
    this.#run.steps.push({ ...request, output: JSON.stringify(output), snapshot });
    return JSON.parse(JSON.stringify(output));
  }

  ask(question: unknown): Promise<string> {
    return this.#show("question", question, { asked: question }, () => this.#run.nextAnswer());
  }

  async progress(line: string): Promise<void> {
    await this.#show("progress", line, { progress: line }, () => null);
  }

  deliver(work: { text: string; files: readonly ArtifactFile[] }): Promise<Verdict> {
    return this.#show("delivery", work.text, work, () => this.#run.verdict());
  }

  async workspace(): Promise<string> {
    if (this.#isBusy) throw new Error("A run does one thing at a time.");
    this.#workspace ??= this.#run.openWorkspace(this.#run.steps.at(-1)?.snapshot ?? 0);
    return this.#workspace;
  }

  history(): readonly RunStep[] {
    return [];
  }

  #show<Answer>(kind: StepRequest["kind"], input: unknown, shown: Shown, answer: () => Answer): Promise<Answer> {
    return this.step({ kind, name: kind, input }, async () => {
      if (this.#number < this.#killedAfter) this.#run.shown.push(shown);
      return { output: answer() };
    });
  }
}

function briefOf(task: Partial<RunBrief["task"]> = {}, agent: Partial<RunBrief["agent"]> = {}): RunBrief {
  return {
    runId: "0199aaaa-0000-7000-8000-000000000001",
    task: {
      id: "0199aaaa-0000-7000-8000-000000000002",
      title: "FizzBuzz",
      description: "Write FizzBuzz as a Node module, with tests.",
      instructions: null,
      expectedOutput: null,
      category: "software",
      budget: 0,
      currency: "credits",
      ...task,
    },
    agent: {
      id: "0199aaaa-0000-7000-8000-000000000003",
      name: "Engineer",
      systemPrompt: null,
      endpointUrl: null,
      settings: {},
      ...agent,
    },
  };
}
