import { instantToMs } from "../model/instant.ts";
import type { RunLimits, RunStep } from "../model/run.ts";

type Spent = Pick<RunStep, "inputTokens" | "outputTokens" | "costMicros">;

const microsPerDollar = 1_000_000;
const longestTimerMs = 2 ** 31 - 1;

/** What a run may still use. Time counts while a node has it; that of earlier nodes is that of their stored steps. */
export class RunBudget {
  readonly #limits: RunLimits;
  readonly #exceeded: (reason: string) => void;
  readonly #timer: NodeJS.Timeout;
  #steps: number;
  #tokens: number;
  #costMicros: number;
  #reason: string | undefined;

  constructor(limits: RunLimits, stored: readonly RunStep[], exceeded: (reason: string) => void) {
    this.#limits = limits;
    this.#exceeded = exceeded;
    this.#steps = stored.length;
    this.#tokens = sum(stored, tokensOf);
    this.#costMicros = sum(stored, ({ costMicros }) => costMicros);
    const leftMs = Math.max(0, limits.workMs - sum(stored, workMs));
    this.#timer = setTimeout(
      () => {
        exceeded(`The run has worked for longer than ${describeMs(limits.workMs)}.`);
      },
      Math.min(leftMs, longestTimerMs),
    );
  }

  /** Before something new is begun; stops the run when it has used up what it may. */
  check(): void {
    this.#reason = this.#findExcess();
    if (this.#reason !== undefined) this.#exceeded(this.#reason);
  }

  add(step: Spent): void {
    this.#steps++;
    this.#tokens += tokensOf(step);
    this.#costMicros += step.costMicros;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #findExcess(): string | undefined {
    const { steps, tokens, costMicros } = this.#limits;
    if (this.#steps >= steps) return `The run has used up its ${steps} steps.`;
    if (this.#tokens > tokens) return `The run has used more than its ${tokens} tokens.`;
    if (this.#costMicros > costMicros) return `The run has cost more than its $${costMicros / microsPerDollar}.`;
    return undefined;
  }
}

/** Waiting for the poster is no work. */
function workMs({ kind, startedAt, finishedAt }: RunStep): number {
  return kind === "question" || kind === "delivery" ? 0 : instantToMs(finishedAt) - instantToMs(startedAt);
}

function tokensOf({ inputTokens, outputTokens }: Spent): number {
  return inputTokens + outputTokens;
}

function sum<Item>(items: readonly Item[], amountOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + amountOf(item), 0);
}

function describeMs(durationMs: number): string {
  return durationMs < 120_000
    ? `${Math.round(durationMs / 1_000)} seconds`
    : `${Math.round(durationMs / 60_000)} minutes`;
}
