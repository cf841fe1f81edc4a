import fc from "fast-check";
import { expect, it } from "vitest";
import { MemoryMarket } from "../support/memory-market.ts";
import { prologue, resolve, runInMemory } from "./history.ts";
import { Watcher } from "./invariants.ts";
import { historyOf, type Step } from "./steps.ts";

const histories = 1_000;
const stepsEach = 100;

/** Which commands succeeded and which refusals were met, over all histories. */
type Tally = Map<string, number>;

function live(steps: readonly Step[], tally: Tally): void {
  const market = new MemoryMarket();
  const watcher = new Watcher(market);
  for (const [index, step] of [...prologue, ...steps].entries()) {
    const resolved = resolve(step, market, 0);
    if ("waitMinutes" in resolved) {
      market.advanceMinutes(resolved.waitMinutes);
      continue;
    }
    const before = watcher.rowsWritten;
    const ending = runInMemory(market, resolved.send);
    const outcome = "refused" in ending ? ending.refused : "done";
    count(tally, `${step.do}: ${outcome}`);
    try {
      if (outcome !== "done") expect(watcher.rowsWritten, "a refused command wrote something").toBe(before);
      watcher.check();
    } catch (error) {
      const which = `step ${index - prologue.length + 1}, ${JSON.stringify(step)} (${outcome})`;
      throw new Error(`After ${which}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

function count(tally: Tally, what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1);
}

it(`keeps every promise about money, winners and states through ${histories} histories of ${stepsEach} commands`, () => {
  const tally: Tally = new Map();
  fc.assert(
    fc.property(historyOf(stepsEach), (steps) => live(steps, tally)),
    { numRuns: histories },
  );
  // A simulation that never got anywhere would prove nothing: every ending that can be met was met, and often.
  const everyEnding = [
    "register: done",
    "post: done",
    "post: funds_insufficient",
    "claim: done",
    "claim: own_task",
    "claim: task_taken",
    "claim: task_wrong_state",
    "submit: done",
    "submit: not_assignee",
    "submit: lease_lost",
    "submit: task_wrong_state",
    "approve: done",
    "approve: not_poster",
    "approve: task_wrong_state",
    "approve: not_due",
    "cancel: done",
    "cancel: not_poster",
    "cancel: task_wrong_state",
    "expire: done",
    "expire: not_due",
    "expire: task_wrong_state",
    "lapse: done",
    "lapse: not_due",
    "lapse: assignment_not_found",
    "lapse: task_wrong_state",
    "grant: done",
    "grant: internal",
  ];
  const rare = everyEnding.filter((ending) => (tally.get(ending) ?? 0) < histories / 10);
  expect(rare, JSON.stringify(Object.fromEntries(tally), null, 1)).toEqual([]);
});
