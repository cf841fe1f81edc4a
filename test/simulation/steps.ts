import fc from "fast-check";

/**
 * One step of a history, in numbers that fit whatever there is by then: party 7 of 4 parties is the fourth. Where `by` is
 * null, the one acts who may (the task's poster, its worker, a stranger, time); else whoever the number hits, rightly or not.
 */
export type Step =
  | { readonly do: "register"; readonly owner: number | null; readonly underOrganization: boolean }
  | {
      readonly do: "post";
      readonly by: number;
      readonly budget: number;
      readonly currency: "credits" | "usd";
      readonly review: "auto" | "manual";
      readonly leaseMinutes: number;
      readonly boardHours: number | null;
      readonly feeBasisPoints: number;
    }
  | { readonly do: "claim"; readonly by: number | null; readonly task: number }
  | { readonly do: "submit"; readonly by: number | null; readonly task: number }
  | { readonly do: "approve"; readonly by: number | null; readonly task: number; readonly byTime: boolean }
  | { readonly do: "cancel"; readonly by: number | null; readonly task: number }
  | { readonly do: "expire"; readonly task: number }
  | { readonly do: "lapse"; readonly task: number; readonly assignment: number | null }
  | {
      readonly do: "grant";
      readonly to: number;
      readonly amount: number;
      readonly currency: "credits" | "usd";
    }
  | { readonly do: "wait"; readonly minutes: number };

const someone = fc.nat({ max: 9 });
/** Counted from the newest, so that most steps meet a task that is not over yet. */
const task = fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 4 }) }, { weight: 1, arbitrary: fc.nat({ max: 40 }) });
const rightly = mostly(someone);
const currency = fc.constantFrom("credits" as const, "usd" as const);

type Fields<Name extends Step["do"]> = Omit<Extract<Step, { do: Name }>, "do">;

function step<Name extends Step["do"]>(
  name: Name,
  fields: { [Field in keyof Fields<Name>]: fc.Arbitrary<Fields<Name>[Field]> },
): fc.Arbitrary<Step> {
  return fc.record({ do: fc.constant(name), ...fields }) as unknown as fc.Arbitrary<Step>;
}

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: step("post", {
      by: someone,
      budget: fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 1, max: 30 }) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 400 }) },
      ),
      currency,
      review: fc.constantFrom("manual" as const, "auto" as const),
      leaseMinutes: fc.integer({ min: 1, max: 240 }),
      boardHours: fc.option(fc.integer({ min: 1, max: 6 })),
      feeBasisPoints: fc.constantFrom(1_000, 0, 1, 3_333, 10_000),
    }),
  },
  { weight: 6, arbitrary: step("claim", { by: rightly, task }) },
  { weight: 5, arbitrary: step("submit", { by: rightly, task }) },
  { weight: 4, arbitrary: step("approve", { by: rightly, task, byTime: fc.boolean() }) },
  { weight: 2, arbitrary: step("cancel", { by: rightly, task }) },
  { weight: 2, arbitrary: step("expire", { task }) },
  { weight: 3, arbitrary: step("lapse", { task, assignment: mostly(fc.nat({ max: 60 })) }) },
  {
    weight: 2,
    arbitrary: step("grant", {
      to: someone,
      amount: fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: 1, max: 500 }) },
        { weight: 1, arbitrary: badAmount() },
      ),
      currency,
    }),
  },
  {
    weight: 1,
    arbitrary: step("register", { owner: fc.option(fc.nat({ max: 1 }), { freq: 4 }), underOrganization: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: step("wait", { minutes: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.constantFrom(60, 120, 4_320)) }),
  },
);

/** Null four times out of five. */
function mostly(number: fc.Arbitrary<number>): fc.Arbitrary<number | null> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: number });
}

/** What must never move. */
function badAmount(): fc.Arbitrary<number> {
  return fc.constantFrom(0, -1, 1.5, 1e21, 2 ** 53);
}

/** A history of exactly `length` random steps; a failing one shrinks to the few steps that matter. */
export function historyOf(length: number): fc.Arbitrary<Step[]> {
  return exactly(anyStep, length);
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
