import { describe, expect, it } from "vitest";
import { type Instant, instantFromMs, instantToMs } from "./instant.ts";
import { nextAttempt } from "./webhook.ts";

const begun = instantFromMs(Date.parse("2026-01-01T00:00:00Z"));

/** Every attempt that fails, from the first on, in seconds after it. */
function attempts(): number[] {
  const moments: Instant[] = [begun];
  for (;;) {
    const next = nextAttempt(moments.length, begun, moments.at(-1) ?? begun);
    if (next === null) return moments.map((moment) => (instantToMs(moment) - instantToMs(begun)) / 1_000);
    moments.push(next);
  }
}

describe("the schedule of a webhook that fails", () => {
  it("pauses 5 s, 5 m, 30 m, 2 h, 5 h and then 10 h each time", () => {
    const pauses = attempts().map((second, index, all) => second - (all[index - 1] ?? 0));
    expect(pauses.slice(1, 9)).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 36_000, 36_000]);
    expect(new Set(pauses.slice(6))).toEqual(new Set([36_000]));
  });

  it("ends within ten days", () => {
    const last = attempts().at(-1) ?? 0;
    expect(last).toBeLessThanOrEqual(10 * 86_400);
    expect(last).toBeGreaterThan(9 * 86_400);
  });
});
