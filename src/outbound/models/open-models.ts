import { boundedFetch } from "./bounded-fetch.ts";
import type { LanguageModels } from "./language-models.ts";
import { SdkModels } from "./sdk-models.ts";

/** Which model is asked, and where. */
export interface ModelSettings {
  readonly kind: "anthropic" | "openai-compatible";
  /** With its version, such as `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  /** Servers of one's own often want none. */
  readonly apiKey: string | undefined;
  readonly model: string;
  readonly timeoutMs: number;
}

const maxBodyBytes = 4_194_304;
const defaultBackOffMs = 1_000;

/** A way to the model; nothing is called yet. */
export async function openModels(settings: ModelSettings, backOffMs = defaultBackOffMs): Promise<LanguageModels> {
  const { kind, model, timeoutMs } = settings;
  return new SdkModels({ name: `${kind} ${model}`, model: await languageModel(settings), timeoutMs, backOffMs });
}

/** The packages are read only where they are used: they are large, and most houses have no model. */
async function languageModel({ kind, baseUrl, apiKey, model }: ModelSettings) {
  const fetch = boundedFetch(maxBodyBytes);
  if (kind === "anthropic") {
    const { createAnthropic } = await import("@ai-sdk/anthropic");
    return createAnthropic({ baseURL: baseUrl, apiKey: apiKey ?? "", fetch })(model);
  }
  const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
  const key = apiKey === undefined ? {} : { apiKey };
  return createOpenAICompatible({ name: "model", baseURL: baseUrl, ...key, fetch, supportsStructuredOutputs: true })(
    model,
  );
}
