import { setTimeout as pause } from "node:timers/promises";
import { backOffMs } from "./back-off.ts";

/** A request that the market understood and refused. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  /** The refusal's code, for instance `lease_lost`; "" if the answer names none. */
  readonly code: string;
  readonly retryAfterMs: number | null;

  constructor(status: number, code: string, message: string, retryAfterMs: number | null) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The market could not be reached, or not in time. */
class Unreachable extends Error {
  override readonly name = "Unreachable";
}

export interface Answer {
  readonly status: number;
  /** The JSON body; null if there is none. */
  readonly body: unknown;
}

export interface SendOptions {
  /** Gives up waiting for an answer; no retry follows. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** How often in all; 1 is no retry. */
  readonly attempts?: number;
  /** For a caller that repeats a POST itself. */
  readonly idempotencyKey?: string;
}

const defaultTimeoutMs = 15_000;
const defaultAttempts = 6;
/** A problem document is short; anything longer is not one of ours. */
const maxDetailLength = 500;

/**
 * The native API as a worker needs it. A POST carries an Idempotency-Key that is the same in every attempt, so that a
 * repeated one has one effect. Network faults, 5xx and 429 are tried again; what is refused is not.
 */
export class WorkApi {
  readonly #url: string;
  readonly #apiKey: string;

  constructor(url: string, apiKey: string) {
    this.#url = url.replace(/\/+$/, "");
    this.#apiKey = apiKey;
  }

  get(path: string, options?: SendOptions): Promise<Answer> {
    return this.#send("GET", path, {}, null, options);
  }

  post(path: string, body: unknown, options?: SendOptions): Promise<Answer> {
    const headers = {
      "Content-Type": "application/json",
      "Idempotency-Key": options?.idempotencyKey ?? crypto.randomUUID(),
    };
    return this.#send("POST", path, headers, JSON.stringify(body), options);
  }

  upload(path: string, form: FormData, options?: SendOptions): Promise<Answer> {
    return this.#send("POST", path, { "Idempotency-Key": crypto.randomUUID() }, form, options);
  }

  async #send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string | FormData | null,
    { signal, timeoutMs = defaultTimeoutMs, attempts = defaultAttempts }: SendOptions = {},
  ): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#sendOnce(method, path, headers, body, signal, timeoutMs);
      } catch (error) {
        signal?.throwIfAborted();
        if (attempt >= attempts || !isPassing(error)) throw error;
        await pause(waitMs(error, attempt), undefined, signal === undefined ? {} : { signal });
      }
    }
  }

  async #sendOnce(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string | FormData | null,
    signal: AbortSignal | undefined,
    timeoutMs: number,
  ): Promise<Answer> {
    const timeout = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.#url}${path}`, {
        method,
        headers: { Authorization: `Bearer ${this.#apiKey}`, Accept: "application/json", ...headers },
        body,
        // A redirect would lose the key, or hand it to another host.
        redirect: "error",
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      });
      text = await response.text();
    } catch (error) {
      throw new Unreachable(`${this.#url} cannot be reached: ${reasonOf(error)}`, { cause: error });
    }
    const parsed = parseJson(text);
    if (!response.ok) throw refusalOf(response, parsed);
    if (text !== "" && parsed === undefined) throw new Unreachable(`${this.#url}${path} did not answer with JSON.`);
    return { status: response.status, body: parsed ?? null };
  }
}

/** Whether the fault may pass by itself. */
export function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Refused && (error.status >= 500 || error.status === 429));
}

function waitMs(error: unknown, attempt: number): number {
  const askedMs = error instanceof Refused ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(askedMs, backOffMs(attempt));
}

function refusalOf(response: Response, body: unknown): Refused {
  const fields = typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
  const code = typeof fields.code === "string" ? fields.code : "";
  const detail = typeof fields.detail === "string" ? fields.detail : `The answer was ${response.status}.`;
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? Math.min(60, Math.max(0, seconds)) * 1_000 : null;
  return new Refused(response.status, code, detail.slice(0, maxDetailLength), retryAfterMs);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
