import fc from "fast-check";

/** Which task a step is about, counted from the newest: of those that are ready for the step, or of all. */
export interface TaskPick {
  readonly nth: number;
  readonly ready: boolean;
}

/** Whose step it is: null for the one who may, else whoever the number hits, rightly or not. */
export type Actor = number | null;

export const someone = fc.nat({ max: 11 });
export const task: fc.Arbitrary<TaskPick> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ nth: fc.nat({ max: 2 }), ready: fc.constant(true) }) },
  { weight: 2, arbitrary: fc.record({ nth: fc.nat({ max: 4 }), ready: fc.constant(false) }) },
  { weight: 1, arbitrary: fc.record({ nth: fc.nat({ max: 40 }), ready: fc.constant(false) }) },
);
export const rightly = mostly(someone);

/** Null four times out of five. */
export function mostly(number: fc.Arbitrary<number>): fc.Arbitrary<number | null> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: number });
}

/** What must never move. */
export function badAmount(): fc.Arbitrary<number> {
  return fc.constantFrom(0, -1, 1.5, 1e21, 2 ** 53);
}

type Named = { readonly do: string };
type Fields<Union extends Named, Name extends Union["do"]> = Omit<Extract<Union, { do: Name }>, "do">;

/** A kind of step, and how often it comes up. */
export interface StepKind<Union extends Named> extends fc.WeightedArbitrary<Union> {
  readonly name: Union["do"];
}

/** Declares how often a step of a union comes up, and what its fields may be. */
export function stepsOf<Union extends Named>() {
  return <Name extends Union["do"]>(
    weight: number,
    name: Name,
    fields: { [Field in keyof Fields<Union, Name>]: fc.Arbitrary<Fields<Union, Name>[Field]> },
  ): StepKind<Union> => {
    const arbitrary = fc.record({ do: fc.constant(name), ...fields }) as unknown as fc.Arbitrary<Union>;
    return { weight, name, arbitrary };
  };
}
