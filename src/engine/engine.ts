import type pg from "pg";
import type { Command, Loads } from "../market/command.ts";
import { Refusal } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { IdempotencyKey } from "../store/idempotency.ts";
import { type BatchEntry, type BatchOutcome, runBatch } from "./batch.ts";
import { isConnectionLoss, isContention, isWorthRetrying } from "./database-faults.ts";

export interface EngineOptions {
  readonly pool: pg.Pool;
  readonly clock: () => Instant;
  readonly newId: () => Id;
  /** Commands that may wait; one more is refused with `queue_full`. */
  readonly maxQueueLength?: number;
  readonly maxBatchSize?: number;
  /** Called after each transaction, for metrics and logs. */
  readonly onBatch?: (report: BatchReport) => void;
  /** Called with faults that are ours, not the caller's. */
  readonly onFault?: (error: unknown, commands: readonly string[]) => void;
}

export interface BatchReport {
  readonly commands: number;
  readonly refused: number;
  readonly durationMs: number;
}

export interface ExecuteOptions {
  readonly idempotency?: IdempotencyKey | undefined;
  /** Whether a refusal is an answer to replay too (the default), or only one of several attempts behind one request. */
  readonly remembersRefusals?: boolean;
}

interface Waiting extends BatchEntry {
  settle(outcome: BatchOutcome): void;
}

const defaultMaxQueueLength = 5_000;
const defaultMaxBatchSize = 256;
const maxAttempts = 4;
const retryPauseMs = 10;

/**
 * Executes commands in batches. While one transaction commits, the commands that arrive wait together and become the
 * next: idle this adds no delay, under load many commands share one commit. An answer is given only after its commit.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #maxQueueLength: number;
  readonly #maxBatchSize: number;
  #queue: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#maxQueueLength = options.maxQueueLength ?? defaultMaxQueueLength;
    this.#maxBatchSize = options.maxBatchSize ?? defaultMaxBatchSize;
  }

  get queueLength(): number {
    return this.#queue.length;
  }

  /**
   * Executes one command and answers once it is committed. Rejects with a `Refusal`: the command's own, or `queue_full`,
   * `shutting_down`, `database_unavailable`, `internal`. After `database_unavailable` the outcome may be unknown; the
   * same Idempotency-Key finds it.
   */
  execute<Input, Result>(command: Command<Input, Result>, input: Input, options: ExecuteOptions = {}): Promise<Result> {
    if (this.#closed) return Promise.reject(new Refusal("shutting_down"));
    if (this.#queue.length >= this.#maxQueueLength) return Promise.reject(new Refusal("queue_full"));
    return new Promise<Result>((resolve, reject) => {
      this.#queue.push({
        command: command.name,
        loads: command.loads(input),
        idempotency: options.idempotency,
        remembersRefusals: options.remembersRefusals ?? true,
        decide: (book) => command.decide(book, input),
        settle: (outcome) => {
          if ("result" in outcome) resolve(outcome.result as Result);
          else reject(outcome.error);
        },
      });
      this.#running ??= this.#drain();
    });
  }

  /** Takes no more commands and waits for those it has. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #drain(): Promise<void> {
    // Commands sent in the same turn of the event loop belong to one batch.
    await new Promise<void>((resolve) => setImmediate(resolve));
    try {
      while (this.#queue.length > 0) await this.#run(this.#queue.splice(0, this.#maxBatchSize));
    } finally {
      this.#running = undefined;
    }
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    const startedMs = performance.now();
    const outcomes = await this.#attempt(batch).catch((error: unknown): BatchOutcome[] => {
      this.#options.onFault?.(error, names(batch));
      return [];
    });
    for (const [index, waiting] of batch.entries()) {
      waiting.settle(outcomes[index] ?? { error: new Refusal("internal") });
    }
    const refused = outcomes.filter((outcome) => "error" in outcome).length;
    this.#options.onBatch?.({ commands: batch.length, refused, durationMs: performance.now() - startedMs });
  }

  /** One transaction for all; if the database refuses it, one for each, so that a bad command harms only itself. */
  async #attempt(batch: readonly BatchEntry[]): Promise<BatchOutcome[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await runBatch(this.#options, batch);
      } catch (error) {
        if (isConnectionLoss(error)) {
          this.#options.onFault?.(error, names(batch));
          return batch.map(() => ({ error: new Refusal("database_unavailable") }));
        }
        if (isWorthRetrying(error) && attempt < maxAttempts) {
          await pause(retryPauseMs * 2 ** attempt * (0.5 + Math.random()));
          continue;
        }
        if (batch.length > 1) return this.#attemptOneByOne(batch);
        this.#options.onFault?.(error, names(batch));
        return [{ error: new Refusal(isContention(error) ? "database_unavailable" : "internal") }];
      }
    }
  }

  async #attemptOneByOne(batch: readonly BatchEntry[]): Promise<BatchOutcome[]> {
    const outcomes: BatchOutcome[] = [];
    for (const entry of batch) outcomes.push(...(await this.#attempt([entry])));
    return outcomes;
  }
}

function names(batch: readonly { command: string; loads: Loads }[]): string[] {
  return batch.map((entry) => entry.command);
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
