const firstMs = 250;
const longestMs = 30_000;

/**
 * How long to wait after the `failures`th failure in a row (from 1), in milliseconds: twice as long each time, half of
 * it by chance, so that many workers do not come back in step.
 */
export function backOffMs(failures: number): number {
  const fullMs = Math.min(longestMs, firstMs * 2 ** Math.min(failures, 20));
  return Math.round(fullMs / 2 + (Math.random() * fullMs) / 2);
}
