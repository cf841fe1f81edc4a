/** USD counts cents, credits are whole. The two never convert (3-domain, "Money"). */
export type Currency = "usd" | "credits";

export const minAmount = 1;
export const maxAmount = 1_000_000_000;

/** One hundredth of a percent: a 10 % fee is 1,000. */
const basisPointsPerWhole = 10_000;

/** Whether a number is an amount that may move: a whole number from 1 to 1,000,000,000. */
export function isAmount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= minAmount && value <= maxAmount;
}

/**
 * Splits a price into what the worker gets and what the platform keeps.
 * The worker gets floor(price × (1 − fee)), the platform the rest, so nothing is lost to rounding.
 * Source: 3-domain, "Money", approve.
 */
export function splitPrice(price: number, feeBasisPoints: number): { net: number; fee: number } {
  const net = Math.floor((price * (basisPointsPerWhole - feeBasisPoints)) / basisPointsPerWhole);
  return { net, fee: price - net };
}
