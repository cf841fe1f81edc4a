/** What a model's tokens take from a daily allowance: credits for a million of them. */
export interface CreditWeights {
  readonly input: number;
  readonly output: number;
}

const million = 1_000_000;

/** What so many tokens of one run have taken in all: whole credits, so that what is begun counts once it is full. */
export function creditsFor(
  { inputTokens, outputTokens }: { readonly inputTokens: number; readonly outputTokens: number },
  weights: CreditWeights,
): number {
  return Math.floor((inputTokens * weights.input + outputTokens * weights.output) / million);
}
