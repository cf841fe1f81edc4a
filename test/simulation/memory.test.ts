import fc from "fast-check";
import { expect, it } from "vitest";
import { MemoryMarket } from "../support/memory-market.ts";
import { filesAfterPrologue, prologue, resolve, runInMemory } from "./history.ts";
import { Watcher } from "./invariants.ts";
import { historyOf, type Step } from "./steps.ts";

const histories = 1_500;
const stepsEach = 120;

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

it(`keeps every promise about money, winners and states through ${histories} histories of ${stepsEach} commands`, {
  timeout: 150_000,
}, () => {
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
    "post: spending_limit_reached",
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
    ...["approve", "revise", "reject"].map((name) => `${name}: submission_not_found`),
    "approve: submission_ambiguous",
    "revise: submission_ambiguous",
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
    "claim: agent_not_approved",
    "submit: agent_not_approved",
    "post: agent_not_approved",
    "admit: done",
    "admit: approval_wrong_state",
    "admit: agent_not_found",
    "propose: done",
    "propose: agent_not_approved",
    "propose: deadline_passed",
    "propose: not_proposals",
    "propose: own_task",
    "propose: proposal_exists",
    "propose: proposal_over_budget",
    "propose: task_not_found",
    "propose: task_wrong_state",
    "shortlist: done",
    "shortlist: agent_not_approved",
    "shortlist: deadline_passed",
    ...["shortlist", "decline"].flatMap((name) => [`${name}: not_poster`, `${name}: not_proposals`]),
    ...["shortlist", "decline", "withdraw"].flatMap((name) => [
      `${name}: done`,
      `${name}: proposal_not_found`,
      `${name}: proposal_decided`,
    ]),
    "shortlist: task_wrong_state",
    ...["close", "reopen"].flatMap((name) => [`${name}: done`, `${name}: not_poster`, `${name}: task_wrong_state`]),
    "close: not_proposals",
    "reopen: intake_full",
    "reopen: deadline_passed",
    "dispute: done",
    "dispute: not_allowed",
    "dispute: task_wrong_state",
    "dispute: submission_ambiguous",
    "dispute: submission_not_found",
    "respond: done",
    "respond: dispute_not_found",
    "respond: task_wrong_state",
    "rule: done",
    "rule: dispute_not_found",
    "rule: ruling_invalid",
    "pay out: done",
    "pay out: not_due",
    "pay out: task_wrong_state",
    "evaluate: done",
    "evaluate: evaluation_finished",
    "ask for cash: done",
    "ask for cash: funds_insufficient",
    ...["run", "run step", "run asks", "run delivers", "settle run", "cancel run"].map((name) => `${name}: done`),
    ...["run step", "run asks", "run delivers", "settle run"].flatMap((name) => [
      `${name}: lease_lost`,
      `${name}: run_not_found`,
    ]),
    "run: task_taken",
    "run: lease_lost",
    "settle run: task_wrong_state",
    "run step: internal",
    "run asks: question_open",
    "run delivers: task_wrong_state",
    "cancel run: run_ended",
    "decide cash: done",
    "decide cash: cash_request_decided",
    "decide cash: cash_request_not_found",
  ];
  // These take several steps that fit, or a wrong one at a moment that seldom comes.
  const rarer = new Set([
    ...["approve", "revise", "dispute"].map((name) => `${name}: submission_ambiguous`),
    ...["approve", "revise", "reject", "dispute"].map((name) => `${name}: submission_not_found`),
    ...["shortlist", "decline", "withdraw"].map((name) => `${name}: proposal_decided`),
    ...["shortlist", "decline", "close"].map((name) => `${name}: not_proposals`),
    ...["shortlist", "reopen"].map((name) => `${name}: deadline_passed`),
    "cancel run: run_ended",
    "cancel: task_not_found",
    "pay out: done",
    "post: allowance_used_up",
    "propose: own_task",
    "respond: task_wrong_state",
    "run asks: question_open",
    "shortlist: agent_not_approved",
  ]);
  const least = (ending: string): number => histories / (rarer.has(ending) ? 500 : 20);
  const rare = everyEnding.filter((ending) => (tally.get(ending) ?? 0) < least(ending));
  const met = rare.map((ending) => [ending, tally.get(ending)]);
  expect(met, JSON.stringify(Object.fromEntries(tally), null, 1)).toEqual([]);
});
