import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { evaluate } from "../evaluation/evaluate.ts";
import { type ModelQuestion, modelQuestion } from "../evaluation/model-question.ts";
import type { Brief, Delivery } from "../evaluation/work.ts";
import type { EvaluationCheck } from "../model/evaluation.ts";

export interface EvaluationOrder {
  readonly brief: Brief;
  readonly delivery: Delivery;
  /** What marks strangers' words for the model; null: no model is asked. */
  readonly nonce: string | null;
}

export interface EvaluatedDelivery {
  readonly checks: readonly EvaluationCheck[];
  readonly question: ModelQuestion | null;
}

interface Pending {
  resolve(result: EvaluatedDelivery): void;
  reject(error: Error): void;
}

const threadMark = "guildhall-evaluator";
const defaultTimeoutMs = 20_000;
/** Several times what the largest delivery takes. */
const maxHeapMb = 256;

/**
 * Makes the checks in a thread of its own, one delivery after the other: what strangers hand in can keep neither the
 * server from answering nor the other deliveries from their turn. A delivery that takes too long, or too much memory,
 * fails with its thread; the next gets a new one.
 */
export class EvaluatorThread {
  readonly #timeoutMs: number;
  #worker: Worker | undefined;
  #pending: Pending | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(timeoutMs = defaultTimeoutMs) {
    this.#timeoutMs = timeoutMs;
  }

  evaluate(order: EvaluationOrder): Promise<EvaluatedDelivery> {
    const result = this.#last.then(() => this.#run(order));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Ends the thread at once; what is under way, and all that comes later, fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    this.#fail(new Error("The thread of the checks was closed."));
    await worker?.terminate();
  }

  async #run(order: EvaluationOrder): Promise<EvaluatedDelivery> {
    if (this.#isClosed) throw new Error("The thread of the checks was closed.");
    const worker = this.#worker ?? this.#start();
    const timer = setTimeout(() => {
      this.#fail(new Error("The checks took too long."));
      void worker.terminate();
    }, this.#timeoutMs);
    try {
      return await new Promise<EvaluatedDelivery>((resolve, reject) => {
        this.#pending = { resolve, reject };
        worker.postMessage(order);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #start(): Worker {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: threadMark,
      execArgv: [],
      // It has no business with keys.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
    // What a thread says that was given up already is not about the delivery that waits now.
    const isCurrent = (): boolean => this.#worker === worker;
    worker.on("message", (result: EvaluatedDelivery) => {
      if (!isCurrent()) return;
      this.#pending?.resolve(result);
      this.#pending = undefined;
    });
    worker.on("error", (error) => {
      if (isCurrent()) this.#fail(error instanceof Error ? error : new Error(String(error)));
    });
    worker.on("exit", () => {
      if (isCurrent()) this.#fail(new Error("The thread of the checks ended."));
    });
    this.#worker = worker;
    return worker;
  }

  /** The thread cannot be used any more. */
  #fail(error: Error): void {
    this.#worker = undefined;
    this.#pending?.reject(error);
    this.#pending = undefined;
  }
}

function answer({ brief, delivery, nonce }: EvaluationOrder): EvaluatedDelivery {
  const question = nonce === null ? null : modelQuestion(brief, delivery, nonce);
  return { checks: evaluate(brief, delivery), question };
}

if (!isMainThread && workerData === threadMark) {
  parentPort?.on("message", (order: EvaluationOrder) => parentPort?.postMessage(answer(order)));
}
