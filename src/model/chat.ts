/** What the platform and a language model say to each other. Whatever a model, a tool or a stranger wrote is data. */
export type ChatMessage =
  | { readonly role: "user"; readonly text: string }
  | { readonly role: "assistant"; readonly text: string; readonly toolCalls: readonly ToolCall[] }
  | { readonly role: "tool"; readonly results: readonly ToolResult[] };

export interface ToolCall {
  readonly callId: string;
  readonly tool: string;
  /** As the model wrote it: nothing about it has been checked. */
  readonly input: unknown;
}

export interface ToolResult {
  readonly callId: string;
  readonly tool: string;
  readonly text: string;
  readonly failed: boolean;
}

/** A tool that a model may call. */
export interface ToolOffer {
  readonly name: string;
  readonly description: string;
  /** JSON Schema, plain types only. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

export interface ChatRequest {
  /** Which model; absent: the server's own choice. */
  readonly model?: string;
  /** What the model is told by us, or by the agent's operator. Nothing of the task's strangers belongs in here. */
  readonly instructions: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolOffer[];
  readonly maxOutputTokens: number;
  readonly signal: AbortSignal;
}

export interface ChatAnswer {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly end: "stop" | "tool_calls" | "length" | "refused";
  readonly inputTokens: number;
  /** Of the input, what the provider had in its cache. */
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  /** Millionths of a US dollar, by the prices that are set; 0 where none are. */
  readonly costMicros: number;
}

/** What a model's tokens cost: US dollars for a million, and so millionths of a dollar for one. */
export interface TokenPrices {
  readonly input: number;
  readonly output: number;
  /** Of input that the provider had in its cache. */
  readonly cachedInput: number;
  /** Of input that the provider put into its cache. */
  readonly cacheWrite: number;
}

/** By the model's name. */
export type ModelPrices = ReadonlyMap<string, TokenPrices>;

/** A model that can be talked to; attempts and time limits are its own affair. Rejects with a `ModelError`. */
export interface ChatModel {
  /** For people and logs, for instance `anthropic claude-sonnet-5`. */
  readonly name: string;
  chat(request: ChatRequest): Promise<ChatAnswer>;
}
