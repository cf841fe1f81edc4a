import type { LanguageModel } from "ai";
import type { ChatModel, ModelPrices } from "../../model/chat.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import type { LanguageModels } from "./language-models.ts";

/** Which model is asked, and where. */
export interface ModelSettings {
  readonly kind: "anthropic" | "openai-compatible";
  /** With its version, such as `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  /** Servers of one's own often want none. */
  readonly apiKey: string | undefined;
  readonly model: string;
  /** For an answer that comes in one piece, and for the silence within one that is streamed. */
  readonly timeoutMs: number;
}

/** What talking takes besides. */
export interface ChatSettings extends ModelSettings {
  /** For a whole answer that is streamed. */
  readonly answerMs: number;
  readonly prices: ModelPrices;
}

type OpenModel = (model: string, fetch: typeof globalThis.fetch) => LanguageModel;

const maxBodyBytes = 4_194_304;
const defaultBackOffMs = 1_000;

/** A way to ask the model; nothing is called yet. */
export async function openModels(settings: ModelSettings, backOffMs = defaultBackOffMs): Promise<LanguageModels> {
  const { kind, model, timeoutMs } = settings;
  const [open, { SdkModels }] = await Promise.all([provider(settings), import("./sdk-models.ts")]);
  const asked = open(model, boundedFetch(maxBodyBytes));
  return new SdkModels({ name: `${kind} ${model}`, model: asked, timeoutMs, backOffMs });
}

/** A way to talk to the model, or to another one of the same server; nothing is called yet. */
export async function openChat(settings: ChatSettings, backOffMs = defaultBackOffMs): Promise<ChatModel> {
  const { kind, model, timeoutMs: idleMs, answerMs: totalMs, prices } = settings;
  const [open, { SdkChat }] = await Promise.all([provider(settings), import("./sdk-chat.ts")]);
  return new SdkChat({ name: `${kind} ${model}`, model, open, idleMs, totalMs, backOffMs, prices });
}

/** The packages are read only where they are used: they are large, and most houses have no model. */
async function provider({ kind, baseUrl, apiKey }: ModelSettings): Promise<OpenModel> {
  // The SDK would print what it thinks of a server on our standard output, which is for logs alone.
  globalThis.AI_SDK_LOG_WARNINGS = false;
  if (kind === "anthropic") {
    const { createAnthropic } = await import("@ai-sdk/anthropic");
    return (model, fetch) => createAnthropic({ baseURL: baseUrl, apiKey: apiKey ?? "", fetch })(model);
  }
  const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
  const server = {
    name: "model",
    baseURL: baseUrl,
    ...(apiKey === undefined ? {} : { apiKey }),
    supportsStructuredOutputs: true,
    includeUsage: true,
  };
  return (model, fetch) => createOpenAICompatible({ ...server, fetch })(model);
}
