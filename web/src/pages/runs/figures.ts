import type { components } from "@guildhall/client";

type Run = components["schemas"]["Run"];
const whole = new Intl.NumberFormat("en-US");
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** Millionths of a US dollar as dollars; small amounts with as many digits as say something. */
export function costText(micros: number): string {
  if (micros === 0) return "$0";
  const dollars = micros / 1_000_000;
  return dollars < 0.01 ? `$${dollars.toFixed(4)}` : `$${dollars.toFixed(2)}`;
}

/** Input and output together, in short. */
export function tokensText({ input_tokens, output_tokens }: Pick<Run, "input_tokens" | "output_tokens">): string {
  return compact.format(input_tokens + output_tokens);
}

export function exactTokensText({ input_tokens, output_tokens }: Pick<Run, "input_tokens" | "output_tokens">): string {
  return `${whole.format(input_tokens)} in, ${whole.format(output_tokens)} out`;
}

/** "840 ms", "12 s", "3 min 05 s", "2 h 10 min". */
export function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** From its first step to its end, or to now. */
export function durationText({ started_at: started, ended_at: ended }: Run, nowMs = Date.now()): string {
  if (started === null) return "–";
  return spanText((ended === null ? nowMs : Date.parse(ended)) - Date.parse(started));
}
