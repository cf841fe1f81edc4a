import { ConnectionError, retryAfterMsOf } from "./errors.ts";

export interface RetryOptions {
  /** How often a request is tried in all; 1 is no retry. */
  readonly attempts: number;
  /** The first wait, in milliseconds; each is twice the one before, half of it by chance. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

export const defaultRetry: RetryOptions = { attempts: 5, firstDelayMs: 250, maxDelayMs: 10_000 };

const passingStatuses = new Set([429, 500, 502, 503, 504]);

/**
 * A `fetch` that repeats what failed for reasons that may pass. Every POST carries an Idempotency-Key, the same in every
 * attempt, so that a repeated one has one effect.
 */
export function retryingFetch(send: typeof fetch, retry: RetryOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method === "POST" && !request.headers.has("Idempotency-Key")) {
      request.headers.set("Idempotency-Key", crypto.randomUUID());
    }
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt >= retry.attempts;
      let askedMs = 0;
      try {
        // A request's body can be read once, so all but the last attempt send a copy.
        const response = await send(isLast ? request : request.clone());
        if (isLast || !passingStatuses.has(response.status)) return response;
        askedMs = retryAfterMsOf(response) ?? 0;
        await response.body?.cancel();
      } catch (error) {
        request.signal.throwIfAborted();
        if (isLast) throw new ConnectionError(`${new URL(request.url).origin} cannot be reached.`, { cause: error });
      }
      await pause(Math.max(askedMs, delayMs(retry, attempt)), request.signal);
    }
  };
}

/** The wait after the `failures`th failure in a row (from 1), in milliseconds. */
export function delayMs({ firstDelayMs, maxDelayMs }: RetryOptions, failures: number): number {
  const fullMs = Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 30));
  return fullMs / 2 + (Math.random() * fullMs) / 2;
}

/** Waits, or rejects with the signal's reason. */
export function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const aborted = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }, durationMs);
    signal?.addEventListener("abort", aborted, { once: true });
  });
}
