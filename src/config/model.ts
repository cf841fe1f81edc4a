import type { ModelPrices, TokenPrices } from "../model/chat.ts";
import type { CreditWeights } from "../model/credit-weights.ts";
import { ConfigError, type Environment, httpUrl, text, wholeNumber } from "./environment.ts";

/** The language model of this server, and how long it may take. */
export interface ModelConfig {
  readonly kind: "anthropic" | "openai-compatible";
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly model: string;
  /** For an answer in one piece, and for the silence within one that is streamed. */
  readonly timeoutMs: number;
  /** For a whole answer that is streamed. */
  readonly answerMs: number;
  readonly prices: ModelPrices;
}

/** A server of one's own goes before Anthropic's. Undefined: no model is asked. Throws `ConfigError`. */
export function readModel(env: Environment): ModelConfig | undefined {
  const timeoutMs = wholeNumber(env, "MODEL_TIMEOUT_SECONDS", 60, 1, 600) * 1_000;
  const answerMs = wholeNumber(env, "MODEL_ANSWER_SECONDS", 600, 1, 3_600) * 1_000;
  const shared = { timeoutMs, answerMs, prices: modelPrices(env) };
  const [baseUrl, name] = [httpUrl(env, "MODEL_BASE_URL"), text(env, "MODEL_NAME")];
  const [apiKey, anthropicKey] = [text(env, "MODEL_API_KEY"), text(env, "ANTHROPIC_API_KEY")];
  if (baseUrl !== undefined) {
    if (name === undefined) throw new ConfigError("MODEL_NAME is required when MODEL_BASE_URL is set.");
    return { kind: "openai-compatible", baseUrl, apiKey, model: name, ...shared };
  }
  if (apiKey !== undefined) throw new ConfigError("MODEL_API_KEY is of no use without MODEL_BASE_URL.");
  if (anthropicKey === undefined) return undefined;
  const anthropicUrl = httpUrl(env, "ANTHROPIC_BASE_URL") ?? "https://api.anthropic.com";
  const versioned = anthropicUrl.endsWith("/v1") ? anthropicUrl : `${anthropicUrl}/v1`;
  const model = name ?? "claude-sonnet-5";
  return { kind: "anthropic", baseUrl: versioned, apiKey: anthropicKey, model, ...shared };
}

/** Credits for a million tokens of input and of output. Throws `ConfigError`. */
export function readCreditWeights(env: Environment): CreditWeights {
  const value = text(env, "GUILDHALL_AGENTWORK_TOKEN_CREDITS") ?? "10/50";
  const [, input, output] = /^(\d{1,6})\/(\d{1,6})$/.exec(value) ?? [];
  if (input !== undefined && output !== undefined) return { input: Number(input), output: Number(output) };
  throw new ConfigError("GUILDHALL_AGENTWORK_TOKEN_CREDITS must be credits per million tokens, such as 10/50.");
}

/** `name=input/output`, and behind them what cached input and its caching cost; several with commas between. */
function modelPrices(env: Environment): ModelPrices {
  const value = text(env, "MODEL_PRICES");
  if (value === undefined) return new Map();
  return new Map(value.split(",").map((entry) => pricesOfModel(entry.trim())));
}

function pricesOfModel(entry: string): readonly [string, TokenPrices] {
  const [, name, list] = /^(.+)=(\d+(?:\.\d+)?(?:\/\d+(?:\.\d+)?){1,3})$/.exec(entry) ?? [];
  const [input, output, cachedInput = input, cacheWrite = input] = list?.split("/").map(Number) ?? [];
  if (name !== undefined && input !== undefined && output !== undefined && cachedInput !== undefined) {
    return [name, { input, output, cachedInput, cacheWrite: cacheWrite ?? input }];
  }
  throw new ConfigError("MODEL_PRICES must be US dollars per million tokens, such as claude-sonnet-5=3/15/0.3/3.75.");
}
