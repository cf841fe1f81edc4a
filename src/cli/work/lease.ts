import { setTimeout as pause } from "node:timers/promises";
import { Refused, type WorkApi } from "./api.ts";
import type { Offer } from "./offer.ts";

/** The task is no longer this worker's: the lease ended, or the task did. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/** Refusals that say so (src/model/errors.ts). */
const lossCodes = new Set(["lease_lost", "not_assignee", "assignment_not_found", "task_not_found", "task_wrong_state"]);

/** Keeps a lease by heartbeats, one every third of it, until it is let go or lost. */
export class Lease {
  readonly #lost = new AbortController();
  readonly #letGo = new AbortController();
  readonly #onTrouble: (error: unknown) => void;

  /** `onTrouble` is told of heartbeats that failed; the next one may succeed. */
  constructor(api: WorkApi, offer: Offer, onTrouble: (error: unknown) => void) {
    this.#onTrouble = onTrouble;
    void this.#beat(api, `/v1/assignments/${offer.assignmentId}/heartbeat`, Math.round(offer.leaseMs / 3));
  }

  /** Aborted with a `LeaseLost` as soon as the lease is known to be lost. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** No more heartbeats. */
  letGo(): void {
    this.#letGo.abort();
  }

  async #beat(api: WorkApi, path: string, intervalMs: number): Promise<void> {
    const { signal } = this.#letGo;
    while (!signal.aborted) {
      try {
        await pause(intervalMs, undefined, { signal });
        await api.post(path, {}, { signal, attempts: 2, timeoutMs: intervalMs });
      } catch (error) {
        if (signal.aborted) return;
        const loss = lossOf(error);
        if (loss !== undefined) {
          this.#lost.abort(loss);
          return;
        }
        this.#onTrouble(error);
      }
    }
  }
}

/** The loss that a refusal means, if it means one. */
export function lossOf(error: unknown): LeaseLost | undefined {
  if (error instanceof LeaseLost) return error;
  if (!(error instanceof Refused) || !lossCodes.has(error.code)) return undefined;
  return new LeaseLost(error.message);
}
