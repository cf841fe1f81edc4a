import { setTimeout as delay } from "node:timers/promises";
import { APICallError, generateText, type LanguageModel, Output } from "ai";
import type { Completion, LanguageModels, ObjectRequest } from "./language-models.ts";
import { ModelError } from "./model-error.ts";

export interface SdkModelsOptions {
  readonly name: string;
  readonly model: LanguageModel;
  /** For one attempt. */
  readonly timeoutMs: number;
  /** The pause before the second attempt; doubled before each further one. */
  readonly backOffMs: number;
}

const maxAttempts = 3;
/** A server that wants us to wait longer is asked another time. */
const maxPauseMs = 20_000;

/** A model behind the AI SDK. Attempts, pauses and time limits are ours, so that they are the same for every server. */
export class SdkModels implements LanguageModels {
  readonly name: string;
  readonly #options: SdkModelsOptions;

  constructor(options: SdkModelsOptions) {
    this.name = options.name;
    this.#options = options;
    // The SDK would print what it thinks of a server on our standard output, which is for logs alone.
    globalThis.AI_SDK_LOG_WARNINGS = false;
  }

  async completeObject<Value>(request: ObjectRequest<Value>): Promise<Completion<Value>> {
    for (let attempt = 1; ; attempt++) {
      const timer = AbortSignal.timeout(this.#options.timeoutMs);
      try {
        return await this.#ask(request, timer);
      } catch (error) {
        const fault = faultOf(error, timer, request.signal);
        const pauseMs = this.#pauseMs(fault, attempt);
        if (pauseMs === undefined) throw fault;
        await delay(pauseMs, undefined, request.signal === undefined ? {} : { signal: request.signal }).catch(() => {
          throw new ModelError("aborted", fault);
        });
      }
    }
  }

  async #ask<Value>(request: ObjectRequest<Value>, timer: AbortSignal): Promise<Completion<Value>> {
    const { output, usage } = await generateText({
      model: this.#options.model,
      system: request.instructions,
      prompt: request.prompt,
      output: Output.object({ schema: request.schema }),
      maxOutputTokens: request.maxOutputTokens,
      maxRetries: 0,
      abortSignal: request.signal === undefined ? timer : AbortSignal.any([timer, request.signal]),
    });
    // Checked once more: what the SDK hands on as an answer is not ours to trust.
    const value = request.schema.parse(output);
    return { value, usage: { inputTokens: usage.inputTokens ?? 0, outputTokens: usage.outputTokens ?? 0 } };
  }

  /** How long to wait before the next attempt; undefined: there is none. */
  #pauseMs(fault: ModelError, attempt: number): number | undefined {
    if (attempt === maxAttempts || (fault.code !== "rate_limited" && fault.code !== "unavailable")) return undefined;
    const wantedMs = retryAfterMs(fault.cause) ?? this.#options.backOffMs * 2 ** (attempt - 1);
    // Spread, so that many callers don't all come back at once.
    return wantedMs > maxPauseMs ? undefined : wantedMs * (1 + Math.random() / 4);
  }
}

function faultOf(error: unknown, timer: AbortSignal, caller: AbortSignal | undefined): ModelError {
  if (caller?.aborted === true) return new ModelError("aborted", error);
  if (timer.aborted) return new ModelError("timed_out", error);
  if (!APICallError.isInstance(error)) return new ModelError("unusable_answer", error);
  const status = error.statusCode;
  if (status === 429) return new ModelError("rate_limited", error);
  if (status === undefined || status === 408 || status >= 500) return new ModelError("unavailable", error);
  // A success whose body cannot be read is an answer, only not a usable one.
  return new ModelError(status < 400 ? "unusable_answer" : "rejected", error);
}

function retryAfterMs(error: unknown): number | undefined {
  if (!APICallError.isInstance(error)) return undefined;
  const seconds = error.responseHeaders?.["retry-after"];
  return seconds !== undefined && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : undefined;
}
