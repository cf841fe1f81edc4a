import type { ServerResponse } from "node:http";
import type { Id } from "../../model/ids.ts";
import { hasEnded } from "../../model/run.ts";
import { readRun, readRunSteps, type SeenRun } from "../../store/run-views.ts";
import type { DoorContext } from "../shared/door.ts";
import { whenDrained } from "../shared/when-drained.ts";
import { presentRun, presentRunStep, type RunAudience } from "./run-views.ts";

export interface RunStreamOptions {
  readonly context: Pick<DoorContext, "reads" | "eventFeed">;
  readonly response: ServerResponse;
  readonly audience: RunAudience;
  readonly run: Pick<SeenRun, "id" | "taskId" | "eventCount">;
  /** Only steps with a greater number. */
  readonly after: number;
  readonly onEnd: () => void;
}

const pageSize = 50;
/** That a run has ended well is no event of its task: it is looked for as well as told. */
const lookIntervalMs = 1_000;

/**
 * One reader's server-sent events of a run: every stored step (its number is the event's id), the run whenever its state
 * has changed, and the end after its last.
 */
export class RunStream {
  readonly #options: RunStreamOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #unwatch: () => void;
  #after: number;
  #shown: string | undefined;
  #isStale = true;
  #looking: Promise<void> | undefined;
  #ended = false;

  constructor(options: RunStreamOptions) {
    this.#options = options;
    this.#after = options.after;
    const { response, context, run } = options;
    response.once("close", () => this.#finish());
    response.on("error", () => this.#finish());
    // The history itself is not shown here: that it has grown says that the run may have.
    this.#unwatch = context.eventFeed.watch(run.taskId, run.eventCount, {
      deliver: () => this.#look(),
      ready: async () => undefined,
      end: () => this.end(),
    });
    this.#timer = setInterval(() => this.#look(), lookIntervalMs).unref();
    this.#look();
  }

  beat(): void {
    if (!this.#ended) this.#options.response.write(":\n\n");
  }

  end(): void {
    if (this.#ended) return;
    this.#options.response.end();
    this.#finish();
  }

  #look(): void {
    this.#isStale = true;
    this.#looking ??= this.#readWhileStale()
      // Whoever reads connects again, with the number of the last step it has seen.
      .catch(() => this.end())
      .finally(() => {
        this.#looking = undefined;
      });
  }

  async #readWhileStale(): Promise<void> {
    const { context, run: watched, audience } = this.#options;
    while (this.#isStale && !this.#ended) {
      this.#isStale = false;
      // First the run: what is read after it is at least as new.
      const run = await readRun(context.reads, watched.id);
      if (run === undefined) return this.end();
      await this.#catchUp(watched.id, audience);
      if (this.#ended) return;
      if (run.state !== this.#shown) await this.#send(null, "run", presentRun(run));
      this.#shown = run.state;
      if (hasEnded(run.state)) return this.end();
    }
  }

  async #catchUp(runId: Id, audience: RunAudience): Promise<void> {
    for (;;) {
      const steps = await readRunSteps(this.#options.context.reads, runId, this.#after, pageSize);
      for (const step of steps) {
        if (this.#ended) return;
        await this.#send(step.number, "step", presentRunStep(step, audience));
        this.#after = step.number;
      }
      if (steps.length < pageSize) return;
    }
  }

  /** Waits for a slow reader: nothing piles up. */
  async #send(id: number | null, event: string, view: unknown): Promise<void> {
    const { response } = this.#options;
    const head = id === null ? "" : `id: ${id}\n`;
    response.write(`${head}event: ${event}\ndata: ${JSON.stringify(view)}\n\n`);
    await whenDrained(response);
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#timer);
    this.#unwatch();
    this.#options.onEnd();
  }
}
