import type { LanguageModelUsage } from "ai";
import type { ChatAnswer, TokenPrices } from "../../model/chat.ts";

type Usage = Pick<ChatAnswer, "inputTokens" | "cachedInputTokens" | "outputTokens" | "costMicros">;

/** What a server says was used, as whole numbers, and what that costs: rounded up, nothing without prices. */
export function usageOf(usage: LanguageModelUsage, prices: TokenPrices | undefined): Usage {
  const inputTokens = count(usage.inputTokens);
  const cachedInputTokens = Math.min(count(usage.inputTokenDetails.cacheReadTokens), inputTokens);
  const writtenTokens = Math.min(count(usage.inputTokenDetails.cacheWriteTokens), inputTokens - cachedInputTokens);
  const outputTokens = count(usage.outputTokens);
  if (prices === undefined) return { inputTokens, cachedInputTokens, outputTokens, costMicros: 0 };
  const micros =
    (inputTokens - cachedInputTokens - writtenTokens) * prices.input +
    cachedInputTokens * prices.cachedInput +
    writtenTokens * prices.cacheWrite +
    outputTokens * prices.output;
  return { inputTokens, cachedInputTokens, outputTokens, costMicros: wholeMicros(micros) };
}

/** Rounded up, but not for what is only an error of floating point. */
function wholeMicros(micros: number): number {
  return Math.ceil(Math.round(micros * 1_000) / 1_000);
}

/** What a stranger's server counts is believed within reason. */
function count(tokens: number | undefined): number {
  return tokens !== undefined && tokens > 0 && tokens < 1e9 ? Math.floor(tokens) : 0;
}
