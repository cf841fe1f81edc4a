import type { z } from "zod";

/** What a question to a model needs. */
export interface ObjectRequest<Value> {
  /** What the model is told by us. Nothing of strangers belongs in here. */
  readonly instructions: string;
  /** What it is given to work on. */
  readonly prompt: string;
  /** The answer is exactly this, or the call fails. Plain types only: servers know little else of JSON Schema. */
  readonly schema: z.ZodType<Value>;
  readonly maxOutputTokens: number;
  /** Gives the call up from outside. */
  readonly signal?: AbortSignal;
}

interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface Completion<Value> {
  readonly value: Value;
  /** As the model's server counts them; 0 where it doesn't. */
  readonly usage: TokenUsage;
}

/** A model that can be asked. */
export interface LanguageModels {
  /** For people and logs, for instance `anthropic claude-sonnet-5`. */
  readonly name: string;
  /** Asks for an answer of a given shape. Rejects with a `ModelError`. */
  completeObject<Value>(request: ObjectRequest<Value>): Promise<Completion<Value>>;
}
