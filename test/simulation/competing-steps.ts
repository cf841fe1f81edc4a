import fc from "fast-check";
import type { CashRequestKind } from "../../src/model/cash-request.ts";
import type { Ruling } from "../../src/model/dispute.ts";
import { type Actor, mostly, rightly, type StepKind, someone, stepsOf, type TaskPick, task } from "./picks.ts";

/** A step about a task that is competed for. `by` null: whoever may. */
interface CompetingStep {
  readonly by: Actor;
  readonly task: TaskPick;
}

/** About one proposal: null for one of the task's that waits, else whichever the number hits. */
interface ProposalStep extends CompetingStep {
  readonly proposal: number | null;
}

/** The steps of competing, in numbers like all others. */
export type CompetitionStep =
  | { readonly do: "admit"; readonly agent: number; readonly word: "approved" | "rejected" | "suspended" }
  /** `share`: how much of the budget is asked for, in percent. */
  | ({ readonly do: "propose"; readonly share: number } & CompetingStep)
  | ({ readonly do: "shortlist" } & ProposalStep)
  | ({ readonly do: "decline" } & ProposalStep)
  | ({ readonly do: "withdraw" } & ProposalStep)
  | ({ readonly do: "close" } & CompetingStep)
  | ({ readonly do: "reopen"; readonly maxProposals: number | null; readonly hours: number | null } & CompetingStep)
  /** `submission` null: none is named; 0: a fitting one; else whichever the number hits. */
  | ({ readonly do: "dispute"; readonly byWorker: boolean; readonly submission: number | null } & CompetingStep)
  | ({ readonly do: "respond" } & CompetingStep)
  /** `share`: how much of the price a split gives, in percent. */
  | { readonly do: "rule"; readonly task: TaskPick; readonly ruling: Ruling; readonly share: number }
  | { readonly do: "pay out"; readonly task: TaskPick }
  | { readonly do: "evaluate"; readonly submission: number; readonly outcome: "pending" | "finished" | "failed" }
  | { readonly do: "ask for cash"; readonly kind: CashRequestKind; readonly by: number; readonly amount: number }
  | { readonly do: "decide cash"; readonly request: number; readonly confirm: boolean; readonly by: Actor };

const step = stepsOf<CompetitionStep>();
const proposal = mostly(fc.nat({ max: 40 }));

/** Which of several submissions: mostly none is named or one that fits. */
export const submission: fc.Arbitrary<number | null> = fc.constantFrom(null, null, 0, 0, 0, 1);

export const competingSteps: readonly StepKind<CompetitionStep>[] = [
  step(3, "admit", {
    agent: someone,
    word: fc.constantFrom(
      "approved" as const,
      "approved" as const,
      "approved" as const,
      "rejected" as const,
      "suspended" as const,
    ),
  }),
  step(24, "propose", { by: rightly, task, share: fc.constantFrom(100, 80, 50, 1, 33, 200) }),
  step(16, "shortlist", { by: rightly, task, proposal }),
  step(2, "decline", { by: rightly, task, proposal }),
  step(3, "withdraw", { by: rightly, task, proposal }),
  step(3, "close", { by: rightly, task }),
  step(8, "reopen", {
    by: rightly,
    task,
    maxProposals: fc.option(fc.integer({ min: 1, max: 6 }), { freq: 2 }),
    hours: fc.option(fc.constantFrom(0, 1, 48), { freq: 2 }),
  }),
  step(8, "dispute", { by: rightly, task, byWorker: fc.boolean(), submission }),
  step(4, "respond", { by: rightly, task }),
  step(5, "rule", {
    task,
    ruling: fc.constantFrom("pay" as const, "refund" as const, "split" as const, "split" as const),
    share: fc.constantFrom(50, 1, 99, 100, 100),
  }),
  step(8, "pay out", { task }),
  step(4, "evaluate", {
    submission: fc.nat({ max: 9 }),
    outcome: fc.constantFrom("pending" as const, "finished" as const, "failed" as const),
  }),
  step(4, "ask for cash", {
    kind: fc.constantFrom("deposit" as const, "payout" as const),
    by: someone,
    amount: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(100_000)),
  }),
  step(4, "decide cash", { request: fc.nat({ max: 3 }), confirm: fc.boolean(), by: rightly }),
];
