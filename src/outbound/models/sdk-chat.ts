import {
  APICallError,
  type FinishReason,
  JSONParseError,
  type LanguageModel,
  streamText,
  type ToolSet,
  TypeValidationError,
} from "ai";
import type { ChatAnswer, ChatModel, ChatRequest, ModelPrices, ToolCall } from "../../model/chat.ts";
import { AnswerCutOff, faultOf, inAttempts } from "./attempts.ts";
import { AnswerTooLarge, boundedFetch } from "./bounded-fetch.ts";
import { usageOf } from "./cost.ts";
import { sdkInstructions, sdkMessages, sdkTools } from "./sdk-messages.ts";

export interface SdkChatOptions {
  readonly name: string;
  /** Asked when a request names none. */
  readonly model: string;
  readonly open: (model: string, fetch: typeof globalThis.fetch) => LanguageModel;
  /** How long a server may be silent, from the first moment on. */
  readonly idleMs: number;
  /** For the whole answer of one attempt. */
  readonly totalMs: number;
  readonly backOffMs: number;
  readonly prices: ModelPrices;
}

/** An event carries a few characters in some hundred bytes. */
const maxStreamBytes = 32 * 1_048_576;
const maxAnswerCharacters = 1_000_000;

type Stream = ReturnType<typeof streamText<ToolSet>>["fullStream"];

/**
 * A conversation through the AI SDK, streamed so that a server that has died is told from one that thinks. Tools are
 * offered and never executed here. Attempts, pauses and time limits are ours, the same for every server.
 */
export class SdkChat implements ChatModel {
  readonly name: string;
  readonly #options: SdkChatOptions;

  constructor(options: SdkChatOptions) {
    this.name = options.name;
    this.#options = options;
  }

  chat(request: ChatRequest): Promise<ChatAnswer> {
    const { backOffMs } = this.#options;
    return inAttempts({ backOffMs, signal: request.signal }, () => this.#attempt(request));
  }

  async #attempt(request: ChatRequest): Promise<ChatAnswer> {
    const { idleMs, totalMs } = this.#options;
    const silence = new AbortController();
    const clock = setTimeout(() => silence.abort(), idleMs);
    const timer = AbortSignal.any([silence.signal, AbortSignal.timeout(totalMs)]);
    try {
      return await this.#ask(request, timer, () => clock.refresh());
    } catch (error) {
      throw faultOf(error, timer, request.signal);
    } finally {
      clearTimeout(clock);
    }
  }

  async #ask(request: ChatRequest, timer: AbortSignal, onBytes: () => void): Promise<ChatAnswer> {
    const model = request.model ?? this.#options.model;
    const given = new AbortController();
    const { fullStream } = streamText({
      model: this.#options.open(model, eventsOf(boundedFetch(maxStreamBytes, onBytes))),
      instructions: sdkInstructions(request.instructions),
      messages: sdkMessages(request.messages),
      ...(request.tools.length === 0 ? {} : { tools: sdkTools(request.tools) }),
      maxOutputTokens: request.maxOutputTokens,
      maxRetries: 0,
      streamRetries: 0,
      abortSignal: AbortSignal.any([timer, request.signal, given.signal]),
      // It would print what went wrong; it comes in the stream too.
      onError: () => undefined,
    });
    try {
      return await this.#read(fullStream, model);
    } finally {
      // Whatever the server still wants to say is not waited for.
      given.abort();
    }
  }

  async #read(stream: Stream, model: string): Promise<ChatAnswer> {
    let text = "";
    let characters = 0;
    const toolCalls: ToolCall[] = [];
    for await (const part of stream) {
      if (part.type === "error") throw midway(part.error);
      if (part.type === "abort") throw new AnswerCutOff();
      if (part.type === "text-delta") text += part.text;
      if (part.type === "tool-call") {
        toolCalls.push({ callId: part.toolCallId, tool: part.toolName, input: part.input });
      }
      characters += lengthOf(part);
      if (characters > maxAnswerCharacters) throw new AnswerTooLarge();
      if (part.type === "finish-step") {
        // A stream that broke ends without a word of why it ended.
        if (part.rawFinishReason === undefined) throw new AnswerCutOff();
        const end = endOf(part.finishReason, toolCalls.length > 0);
        return { text, toolCalls, end, ...usageOf(part.usage, this.#options.prices.get(model)) };
      }
    }
    throw new AnswerCutOff();
  }
}

/** Something else than events, a proxy's page for instance, would read as an answer without words. */
function eventsOf(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const type = response.headers.get("content-type");
    if (!response.ok || type === null || type.startsWith("text/event-stream")) return response;
    await response.body?.cancel();
    throw new APICallError({
      message: "The server did not answer with a stream of events.",
      url: response.url,
      requestBodyValues: {},
      statusCode: response.status,
    });
  };
}

const unreadable = [APICallError, JSONParseError, TypeValidationError];

/** What breaks a stream that had begun: all but what cannot be read is the server's trouble, and passes. */
function midway(error: unknown): unknown {
  if (error instanceof AnswerTooLarge || unreadable.some((fault) => fault.isInstance(error))) return error;
  return new AnswerCutOff("the server gave up in the middle of its answer", { cause: error });
}

function lengthOf(part: { readonly type: string }): number {
  if ("text" in part && typeof part.text === "string") return part.text.length;
  return "delta" in part && typeof part.delta === "string" ? part.delta.length : 0;
}

function endOf(reason: FinishReason, callsTools: boolean): ChatAnswer["end"] {
  if (reason === "length") return "length";
  if (reason === "content-filter") return "refused";
  return callsTools ? "tool_calls" : "stop";
}
