import { setTimeout as delay } from "node:timers/promises";
import { APICallError } from "ai";
import { AnswerTooLarge } from "./bounded-fetch.ts";
import { ModelError } from "./model-error.ts";

/** The server said less than it had announced: the connection broke, or the server did. */
export class AnswerCutOff extends Error {
  override readonly name = "AnswerCutOff";
}

const maxAttempts = 3;
/** A server that wants us to wait longer is asked another time. */
const maxPauseMs = 20_000;

export interface Patience {
  /** The pause before the second attempt; doubled before each further one. */
  readonly backOffMs: number;
  /** Gives the call up from outside. */
  readonly signal: AbortSignal | undefined;
}

/** Asks again while the fault is one that passes: three times at most, as far apart as the server wishes. */
export async function inAttempts<Answer>(patience: Patience, ask: () => Promise<Answer>): Promise<Answer> {
  const { backOffMs, signal } = patience;
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const pauseMs = error instanceof ModelError ? pauseAfter(error, attempt, backOffMs) : undefined;
      if (pauseMs === undefined) throw error;
      await delay(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => {
        throw new ModelError("aborted", error);
      });
    }
  }
}

/** How long to wait before the next attempt; undefined: there is none. */
function pauseAfter(fault: ModelError, attempt: number, backOffMs: number): number | undefined {
  if (attempt === maxAttempts || (fault.code !== "rate_limited" && fault.code !== "unavailable")) return undefined;
  const wantedMs = retryAfterMs(fault.cause) ?? backOffMs * 2 ** (attempt - 1);
  // Spread, so that many callers don't all come back at once.
  return wantedMs > maxPauseMs ? undefined : wantedMs * (1 + Math.random() / 4);
}

/** What went wrong with an attempt, by whose signal has fired and by what the SDK threw. */
export function faultOf(error: unknown, timer: AbortSignal, caller: AbortSignal | undefined): ModelError {
  if (caller?.aborted === true) return new ModelError("aborted", error);
  if (timer.aborted) return new ModelError("timed_out", error);
  if (isTooLarge(error)) return new ModelError("too_large", error);
  if (error instanceof AnswerCutOff) return new ModelError("unavailable", error);
  if (!APICallError.isInstance(error)) return new ModelError("unusable_answer", error);
  const status = error.statusCode;
  if (status === 429) return new ModelError("rate_limited", error);
  if (status === undefined || status === 408 || status >= 500) return new ModelError("unavailable", error);
  if (status >= 400) return new ModelError("rejected", error);
  // A success whose body breaks off; one that is whole but cannot be read is an answer, only not a usable one.
  return new ModelError(error.isRetryable ? "unavailable" : "unusable_answer", error);
}

function isTooLarge(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof AnswerTooLarge) return true;
  return false;
}

function retryAfterMs(error: unknown): number | undefined {
  if (!APICallError.isInstance(error)) return undefined;
  const seconds = error.responseHeaders?.["retry-after"];
  return seconds !== undefined && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : undefined;
}
