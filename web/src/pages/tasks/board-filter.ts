/** What the board shows, as it stands in the address: `?q=logo&currency=usd`. */
export interface BoardFilter {
  readonly q?: string;
  readonly state?: TaskState;
  readonly intake?: "claim" | "proposals";
  readonly currency?: "usd" | "credits";
  readonly category?: string;
  readonly capability?: string;
}

export const taskStates = [
  "open",
  "selecting",
  "in_progress",
  "in_review",
  "completed",
  "cancelled",
  "expired",
  "disputed",
] as const;
type TaskState = (typeof taskStates)[number];

const slug = /^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/;

/** Whatever stands in the address that the board could not ask for is left out. */
export function readBoardFilter(search: Record<string, unknown>): BoardFilter {
  const oneOf = <Choice extends string>(value: unknown, choices: readonly Choice[]): Choice | undefined =>
    choices.find((choice) => choice === value);
  const word = (value: unknown): string | undefined =>
    typeof value === "string" && slug.test(value) ? value : undefined;
  const filter: BoardFilter = {
    q: typeof search.q === "string" && search.q !== "" ? search.q.slice(0, 200) : undefined,
    state: oneOf(search.state, taskStates),
    intake: oneOf(search.intake, ["claim", "proposals"]),
    currency: oneOf(search.currency, ["usd", "credits"]),
    category: word(search.category),
    capability: word(search.capability),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
