import fc from "fast-check";
import type { EngineerScope } from "../../src/model/party.ts";
import { type CompetitionStep, competingSteps, submission } from "./competing-steps.ts";
import {
  type Actor,
  badAmount,
  mostly,
  rightly,
  type StepKind,
  someone,
  stepsOf,
  type TaskPick,
  task,
} from "./picks.ts";
import { type RunningStep, runningSteps } from "./running-steps.ts";

/** A worker's step. `assignment` null: the door names only the task; else whichever assignment the number hits. */
interface WorkersStep {
  readonly by: Actor;
  readonly task: TaskPick;
  readonly assignment: number | null;
}

/**
 * One step of a history, in numbers that fit whatever there is by then: party 7 of 4 parties is the fourth. `person`
 * is null for an organization that belongs to nobody. `file` 0 is one of the worker's own.
 */
export type Step = WorkStep | CompetitionStep | RunningStep;

type WorkStep =
  | { readonly do: "found"; readonly person: number | null }
  | {
      readonly do: "register";
      readonly owner: number;
      readonly underOrganization: boolean;
      readonly engineer: EngineerScope;
      /** Whether it asks an admin to be let in. */
      readonly asks: boolean;
    }
  | { readonly do: "issue"; readonly to: number }
  | {
      readonly do: "post";
      readonly by: number;
      readonly funding: "escrow" | "allowance";
      readonly budget: number;
      readonly currency: "credits" | "usd";
      readonly intake: "claim" | "direct" | "proposals";
      /** Of a task that is competed for. */
      readonly maxProposals: number;
      readonly disputeHours: number;
      readonly agent: number | null;
      readonly isPrivate: boolean;
      readonly hasNotice: boolean;
      readonly review: "auto" | "manual";
      readonly maxRevisions: number | null;
      readonly leaseMinutes: number;
      readonly boardHours: number | null;
      readonly feeBasisPoints: number;
    }
  | { readonly do: "claim"; readonly by: Actor; readonly task: TaskPick; readonly heartbeatSeconds: number | null }
  | ({ readonly do: "heartbeat" } & WorkersStep)
  | ({ readonly do: "progress" } & WorkersStep)
  | ({ readonly do: "ask"; readonly asks: "text" | "single_select" | "multi_select" | "plainly" } & WorkersStep)
  | {
      readonly do: "answer";
      readonly by: Actor;
      readonly task: TaskPick;
      readonly says: "text" | "what fits" | "nonsense";
    }
  | ({ readonly do: "submit"; readonly file: number | null; readonly links: number } & WorkersStep)
  | ({ readonly do: "release" } & WorkersStep)
  | ({ readonly do: "resume" } & WorkersStep)
  | {
      readonly do: "approve";
      readonly by: Actor;
      readonly task: TaskPick;
      readonly byTime: boolean;
      readonly rating: number | null;
      readonly submission: number | null;
    }
  | { readonly do: "revise"; readonly by: Actor; readonly task: TaskPick; readonly submission: number | null }
  | {
      readonly do: "reject";
      readonly by: Actor;
      readonly task: TaskPick;
      readonly cancel: boolean;
      readonly submission: number | null;
    }
  | { readonly do: "cancel"; readonly by: Actor; readonly task: TaskPick }
  | { readonly do: "expire"; readonly task: TaskPick }
  | { readonly do: "lapse"; readonly task: TaskPick; readonly assignment: number | null }
  | {
      readonly do: "grant";
      readonly to: number;
      readonly amount: number;
      readonly currency: "credits" | "usd";
    }
  | { readonly do: "wait"; readonly minutes: number };

const currency = fc.constantFrom("credits" as const, "usd" as const);
const workers = { by: rightly, task, assignment: mostly(fc.nat({ max: 60 })) };

const step = stepsOf<WorkStep>();

/** What every task may be posted with. */
const posted = {
  by: someone,
  funding: fc.constantFrom("escrow" as const, "escrow" as const, "allowance" as const),
  budget: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 30 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 400 }) },
  ),
  currency,
  maxProposals: fc.constantFrom(3, 4, 2, 1, 10),
  disputeHours: fc.constantFrom(0, 0, 1, 24),
  agent: fc.option(someone),
  hasNotice: fc.boolean(),
  maxRevisions: fc.constantFrom(2, 1, 0, 3, null),
  feeBasisPoints: fc.constantFrom(1_000, 0, 1, 3_333, 10_000),
};

const workSteps: readonly StepKind<WorkStep>[] = [
  step(2, "found", { person: fc.option(fc.nat({ max: 3 }), { freq: 4 }) }),
  step(1, "register", {
    owner: fc.nat({ max: 1 }),
    underOrganization: fc.boolean(),
    engineer: fc.constantFrom("none" as const, "organization" as const, "platform" as const),
    asks: fc.boolean(),
  }),
  step(1, "issue", { to: someone }),
  step(10, "post", {
    ...posted,
    intake: fc.constantFrom("claim" as const, "claim" as const, "claim" as const, "direct" as const),
    isPrivate: fc.boolean(),
    review: fc.constantFrom("manual" as const, "manual" as const, "auto" as const),
    leaseMinutes: fc.oneof(fc.integer({ min: 1, max: 240 }), fc.constantFrom(600, 5_000)),
    boardHours: fc.option(fc.integer({ min: 1, max: 6 })),
  }),
  step(16, "claim", {
    by: rightly,
    task,
    heartbeatSeconds: fc.option(fc.constantFrom(60, 1_800, 7_200, 36_000), { freq: 2 }),
  }),
  step(4, "heartbeat", workers),
  step(3, "progress", workers),
  step(7, "ask", {
    ...workers,
    asks: fc.constantFrom("text" as const, "single_select" as const, "multi_select" as const, "plainly" as const),
  }),
  step(7, "answer", {
    by: rightly,
    task,
    says: fc.constantFrom("text" as const, "what fits" as const, "nonsense" as const),
  }),
  step(14, "submit", { ...workers, file: fc.constantFrom(null, null, null, null, 0, 0, 1), links: fc.nat({ max: 2 }) }),
  step(2, "release", workers),
  step(10, "resume", workers),
  step(6, "approve", {
    by: rightly,
    task,
    byTime: fc.boolean(),
    rating: fc.option(fc.integer({ min: 1, max: 5 }), { freq: 2 }),
    submission,
  }),
  step(8, "revise", { by: rightly, task, submission }),
  step(4, "reject", { by: rightly, task, cancel: fc.boolean(), submission }),
  step(3, "cancel", { by: rightly, task }),
  step(4, "expire", { task }),
  step(4, "lapse", { task, assignment: mostly(fc.nat({ max: 60 })) }),
  step(4, "grant", {
    to: someone,
    amount: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 500 }) }, { weight: 1, arbitrary: badAmount() }),
    currency,
  }),
  step(5, "wait", { minutes: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.constantFrom(60, 120, 4_320)) }),
];

const competition = step(9, "post", {
  ...posted,
  disputeHours: fc.constantFrom(0, 1, 24),
  intake: fc.constantFrom("proposals" as const, "proposals" as const, "proposals" as const, "claim" as const),
  isPrivate: fc.boolean(),
  review: fc.constantFrom("manual" as const, "manual" as const, "manual" as const, "auto" as const),
  leaseMinutes: fc.constantFrom(60, 600, 5_000, 5_000),
  boardHours: fc.option(fc.integer({ min: 1, max: 48 }), { freq: 2 }),
});

/** How often each kind comes up where most histories are about work that is claimed; the rest not at all. */
const workAsUsual = mixOf([...workSteps, ...competingSteps, ...runningSteps], {
  ...Object.fromEntries([...workSteps, ...runningSteps].map(({ name, weight }) => [name, weight])),
  admit: 1,
  dispute: 3,
  respond: 2,
  rule: 4,
  "pay out": 4,
  "ask for cash": 2,
  "decide cash": 2,
});

/** And where they are about work that is competed for. */
const competing = mixOf([...workSteps.filter(({ name }) => name !== "post"), competition, ...competingSteps], {
  ...Object.fromEntries([competition, ...competingSteps].map(({ name, weight }) => [name, weight])),
  register: 1,
  claim: 1,
  ask: 1,
  answer: 2,
  submit: 18,
  release: 1,
  approve: 9,
  revise: 6,
  reject: 4,
  cancel: 0,
  expire: 1,
  lapse: 2,
  grant: 2,
  wait: 3,
});

function mixOf(kinds: readonly StepKind<Step>[], weights: Partial<Record<string, number>>): fc.Arbitrary<Step> {
  return fc.oneof(...kinds.map(({ name, arbitrary }) => ({ arbitrary, weight: weights[name] ?? 0 })));
}

/** A history of exactly `length` random steps; a failing one shrinks to the few steps that matter. */
export function historyOf(length: number): fc.Arbitrary<Step[]> {
  const full = [workAsUsual, competing].map((mix) => fc.array(mix, { minLength: length, maxLength: length }));
  const shorter = [workAsUsual, competing].map((mix) => fc.array(mix, { minLength: 0, maxLength: length }));
  return new FullThenShorter(fc.oneof(...full), fc.oneof(...shorter));
}

/** Exactly `length` items when drawn, any fewer when a failure is made smaller. */
export function exactly<Item>(item: fc.Arbitrary<Item>, length: number): fc.Arbitrary<Item[]> {
  return new FullThenShorter(
    fc.array(item, { minLength: length, maxLength: length }),
    fc.array(item, { minLength: 0, maxLength: length }),
  );
}

class FullThenShorter<Value> extends fc.Arbitrary<Value> {
  readonly #full: fc.Arbitrary<Value>;
  readonly #shorter: fc.Arbitrary<Value>;

  constructor(full: fc.Arbitrary<Value>, shorter: fc.Arbitrary<Value>) {
    super();
    this.#full = full;
    this.#shorter = shorter;
  }

  override generate(random: fc.Random): fc.Value<Value> {
    // Without bias to small numbers: a long and varied history finds more than a long and dull one. And without its
    // context, so that `shorter` shrinks the value as if it had drawn it.
    return new fc.Value(this.#full.generate(random, undefined).value, undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Value {
    return this.#shorter.canShrinkWithoutContext(value);
  }

  override shrink(value: Value, context: unknown): fc.Stream<fc.Value<Value>> {
    return this.#shorter.shrink(value, context);
  }
}
