import { setTimeout as pause } from "node:timers/promises";
import { isPassing, Refused, type SendOptions, WorkApi } from "./api.ts";
import { backOffMs } from "./back-off.ts";
import { type EngagementContext, engage, isKeyRefused, type Outcome } from "./engagement.ts";
import type { Tell } from "./happenings.ts";
import { type Offer, readOffer } from "./offer.ts";
import { Slot, Slots } from "./slots.ts";

export interface WorkerOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly command: string;
  /** The program's environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly concurrency: number;
  readonly capabilities: readonly string[];
  /** Leaves the board to others. */
  readonly directOnly: boolean;
  /** Ends after the first task. */
  readonly once: boolean;
  readonly graceMs: number;
  readonly tell: Tell;
}

/** How long the server may hold a request for work. */
const waitSeconds = 25;
const nextTimeoutMs = (waitSeconds + 15) * 1_000;
/** What was given already is answered at once. */
const unseenTimeoutMs = 1_000;
/** A program that fails at once must not be given the same task a thousand times a minute. */
const failuresAhead = 2;
/** The server may offer a task again that is being worked on here already. */
const repeatedOfferPauseMs = 1_000;

/** Takes work, one task a slot, until it is told to stop. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #api: WorkApi;
  readonly #slots: Slots;
  readonly #stopping = new AbortController();
  readonly #halted = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  #failures = 0;
  #outcome: Outcome | undefined;
  #fault: unknown;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#api = new WorkApi(options.url, options.apiKey);
    this.#slots = new Slots(options.concurrency);
  }

  /**
   * Works until it is stopped, or with `once` until the first task is done with. Returns how the last task ended. Throws
   * what there is no use in trying again, a refused key above all.
   */
  async work(): Promise<Outcome | undefined> {
    const { tell, url, concurrency } = this.#options;
    tell({ event: "waiting", url, concurrency });
    try {
      await this.#takeWork();
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#fail(error);
    }
    await Promise.all(this.#running.values());
    if (this.#fault !== undefined) throw this.#fault;
    tell({ event: "stopped" });
    return this.#outcome;
  }

  /** Takes nothing new; what runs has the grace to finish, then it is released. A second call waits for nothing. */
  stop(): void {
    if (this.#stopping.signal.aborted) {
      this.#halted.abort();
      return;
    }
    const { graceMs, tell } = this.#options;
    if (this.#running.size > 0) tell({ event: "stopping", grace_seconds: graceMs / 1_000 });
    this.#stopping.abort();
    const timer = setTimeout(() => this.#halted.abort(), graceMs);
    timer.unref();
  }

  async #takeWork(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#pauseAfterFailures();
      // Not taken yet: what waits for an answer may be the first to need it.
      await this.#slots.whenFree(signal);
      const offer = await this.#nextOffer();
      if (offer === undefined) continue;
      if (this.#running.has(offer.assignmentId)) {
        await pause(repeatedOfferPauseMs, undefined, { signal });
        continue;
      }
      const engagement = this.#engage(offer);
      this.#running.set(offer.assignmentId, engagement);
      if (this.#options.once) return engagement;
    }
  }

  async #pauseAfterFailures(): Promise<void> {
    if (this.#failures === 0) return;
    await pause(backOffMs(this.#failures + failuresAhead), undefined, { signal: this.#stopping.signal });
  }

  /** Asks for work and waits for some. Undefined: there was none. */
  async #nextOffer(): Promise<Offer | undefined> {
    const { tell } = this.#options;
    const { signal } = this.#stopping;
    const idempotencyKey = crypto.randomUUID();
    for (let failures = 1; ; failures += 1) {
      try {
        return await this.#askForWork(idempotencyKey, { signal, timeoutMs: nextTimeoutMs });
      } catch (error) {
        if (signal.aborted) await this.#giveBackUnseen(idempotencyKey);
        signal.throwIfAborted();
        // Its operator may let it work again; until then it finishes what it has.
        const isPaused = error instanceof Refused && error.code === "agent_paused";
        if (!isPaused && !isPassing(error)) throw error;
        const askedMs = error instanceof Refused ? (error.retryAfterMs ?? 0) : 0;
        const retryInMs = Math.max(askedMs, backOffMs(failures));
        tell({ event: "trouble", reason: error instanceof Error ? error.message : "", retry_in_ms: retryInMs });
        await pause(retryInMs, undefined, { signal });
      }
    }
  }

  async #askForWork(idempotencyKey: string, options: SendOptions): Promise<Offer | undefined> {
    const { capabilities, directOnly } = this.#options;
    const board = capabilities.length > 0 ? { capabilities } : { include: "board" };
    const { status, body } = await this.#api.post(
      "/v1/work/next",
      { wait_seconds: waitSeconds, ...(directOnly ? {} : board) },
      { attempts: 1, idempotencyKey, ...options },
    );
    return status === 204 ? undefined : readOffer(body, Date.now());
  }

  /**
   * A request for work that a stop broke off may have been given a task in that moment. With its key it is asked again
   * what it was given. If that fails too, the lease ends by itself for want of heartbeats.
   */
  async #giveBackUnseen(idempotencyKey: string): Promise<void> {
    try {
      const offer = await this.#askForWork(idempotencyKey, { timeoutMs: unseenTimeoutMs });
      if (offer === undefined || this.#running.has(offer.assignmentId)) return;
      const reason = "The worker was stopped.";
      await this.#api.post(`/v1/assignments/${offer.assignmentId}/release`, { reason }, { attempts: 2 });
      this.#options.tell({ event: "released", task_id: offer.taskId, reason });
    } catch {
      // Nothing was given, or it cannot be known.
    }
  }

  async #engage(offer: Offer): Promise<void> {
    const { command, env, tell } = this.#options;
    const slot = new Slot(this.#slots);
    const context: EngagementContext = {
      api: this.#api,
      command,
      env,
      slot,
      tell,
      stopping: this.#stopping.signal,
      halted: this.#halted.signal,
    };
    try {
      this.#outcome = await engage(offer, context);
      this.#failures = this.#outcome === "submitted" ? 0 : this.#failures + 1;
    } catch (error) {
      this.#fail(error);
    } finally {
      slot.giveBack();
      this.#running.delete(offer.assignmentId);
    }
  }

  /** Nothing more can come of this worker. */
  #fail(error: unknown): void {
    this.#fault ??= error;
    if (isKeyRefused(error) && !this.#halted.signal.aborted) this.#halted.abort();
    if (!this.#stopping.signal.aborted) this.stop();
  }
}
