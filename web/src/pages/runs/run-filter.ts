export const runStates = ["queued", "running", "waiting", "succeeded", "failed", "cancelled"] as const;

/** Which runs are shown, as it stands in the address. */
export interface RunFilter {
  readonly state?: (typeof runStates)[number];
  readonly agent?: string;
  readonly task?: string;
}

const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whatever stands in the address that could not be asked for is left out. */
export function readRunFilter(search: Record<string, unknown>): RunFilter {
  const state = runStates.find((name) => name === search.state);
  const idOf = (value: unknown): string | undefined =>
    typeof value === "string" && id.test(value) ? value : undefined;
  const filter = { state, agent: idOf(search.agent), task: idOf(search.task) };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** `step`: which step is open, and up to which the run is replayed; absent: it is followed. */
export interface RunView {
  readonly step?: number;
}

export function readRunView(search: Record<string, unknown>): RunView {
  const step = Number(search.step);
  return Number.isInteger(step) && step > 0 ? { step } : {};
}
