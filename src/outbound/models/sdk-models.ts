import { generateText, type LanguageModel, Output } from "ai";
import { faultOf, inAttempts } from "./attempts.ts";
import type { Completion, LanguageModels, ObjectRequest } from "./language-models.ts";

export interface SdkModelsOptions {
  readonly name: string;
  readonly model: LanguageModel;
  /** For one attempt. */
  readonly timeoutMs: number;
  /** The pause before the second attempt; doubled before each further one. */
  readonly backOffMs: number;
}

/** A model behind the AI SDK. Attempts, pauses and time limits are ours, so that they are the same for every server. */
export class SdkModels implements LanguageModels {
  readonly name: string;
  readonly #options: SdkModelsOptions;

  constructor(options: SdkModelsOptions) {
    this.name = options.name;
    this.#options = options;
  }

  completeObject<Value>(request: ObjectRequest<Value>): Promise<Completion<Value>> {
    const { timeoutMs, backOffMs } = this.#options;
    return inAttempts({ backOffMs, signal: request.signal }, async () => {
      const timer = AbortSignal.timeout(timeoutMs);
      try {
        return await this.#ask(request, timer);
      } catch (error) {
        throw faultOf(error, timer, request.signal);
      }
    });
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
}
