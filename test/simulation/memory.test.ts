import fc from "fast-check";
import { expect, it } from "vitest";
import { MemoryMarket } from "../support/memory-market.ts";
import { filesAfterPrologue, prologue, resolve, runInMemory } from "./history.ts";
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
    if (index === prologue.length) for (const file of filesAfterPrologue(market)) market.files.set(file.id, file);
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
      else watcher.check();
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
    "found: done",
    "found: email_taken",
    "register: done",
    "issue: done",
    "post: done",
    "post: funds_insufficient",
    "post: allowance_used_up",
    "claim: done",
    "claim: own_task",
    "claim: task_not_found",
    "claim: task_taken",
    "claim: task_wrong_state",
    ...["heartbeat", "progress", "ask", "submit", "release", "resume"].flatMap((name) => [
      `${name}: done`,
      `${name}: not_assignee`,
      `${name}: assignment_not_found`,
      `${name}: lease_lost`,
      `${name}: task_wrong_state`,
    ]),
    "ask: question_open",
    "submit: file_not_found",
    "answer: done",
    "answer: not_poster",
    "answer: question_not_open",
    "answer: answer_invalid",
    "approve: done",
    "approve: not_poster",
    "approve: task_wrong_state",
    "approve: not_due",
    ...["revise", "reject"].flatMap((name) => [`${name}: done`, `${name}: not_poster`, `${name}: task_wrong_state`]),
    "revise: revisions_used_up",
    "cancel: done",
    "cancel: not_poster",
    "cancel: task_not_found",
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
