import { type GraphNode, isUnbegun } from "./queries.ts";

/** A subtask of a plan that is being drawn. */
export interface Part {
  /** The subtask's id, or a name within the plan for one that is new. */
  readonly key: string;
  readonly isNew: boolean;
  /** Somebody has begun it, or done it: it stays as it is. */
  readonly isBegun: boolean;
  readonly state: string;
  readonly title: string;
  /** null: as it is, and not read. */
  readonly description: string | null;
  /** US cents. */
  readonly budget: number;
  /** null: as it is, or a day. */
  readonly minutes: number | null;
  readonly capabilities: readonly string[] | null;
  readonly dependsOn: readonly string[];
}

/** The plan as it stands; what was dropped is no part of it. */
export function partsOf(nodes: readonly GraphNode[]): Part[] {
  return nodes
    .filter(({ state }) => state !== "cancelled")
    .map(({ id, state, title, budget, depends_on: dependsOn }) => ({
      key: id,
      isNew: false,
      isBegun: !isUnbegun(state),
      state,
      title,
      description: null,
      budget: budget ?? 0,
      minutes: null,
      capabilities: null,
      dependsOn,
    }));
}

/** A subtask that nothing is known of yet. */
export function newPart(parts: readonly Part[]): Part {
  let number = parts.length + 1;
  while (parts.some(({ key }) => key === `part-${number}`)) number++;
  return {
    key: `part-${number}`,
    isNew: true,
    isBegun: false,
    state: "planned",
    title: `Subtask ${number}`,
    description: "",
    budget: 1_000,
    minutes: null,
    capabilities: null,
    dependsOn: [],
  };
}

/**
 * The circle that would be there if `to` waited for `from`, as titles from `to` back to itself; null: there is none. The
 * server looks again when the plan is sent.
 */
export function circleOf(parts: readonly Part[], from: string, to: string): string[] | null {
  const byKey = new Map(parts.map((part) => [part.key, part]));
  const titleOf = (key: string): string => byKey.get(key)?.title ?? key;
  if (from === to) return [titleOf(to), titleOf(to)];
  // From `from` along what it waits for: who comes by `to` has found a circle.
  const cameFrom = new Map<string, string | null>([[from, null]]);
  const queue = [from];
  for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
    if (key === to) break;
    for (const next of byKey.get(key)?.dependsOn ?? []) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, key);
      queue.push(next);
    }
  }
  if (!cameFrom.has(to)) return null;
  const path: string[] = [];
  for (let key: string | null | undefined = to; key != null; key = cameFrom.get(key)) path.push(titleOf(key));
  return [...path, titleOf(to)];
}

/** One sentence for people. */
export function circleText(circle: readonly string[]): string {
  return circle.length === 2
    ? `“${circle[0]}” cannot wait for itself.`
    : `That would run in a circle: ${circle.join(" → ")}.`;
}

/** What the plan's subtasks take of the budget. */
export const costOf = (parts: readonly Part[]): number => parts.reduce((sum, { budget }) => sum + budget, 0);

/** New subtasks as the API wants them. */
export function asSubtasks(parts: readonly Part[]) {
  return parts
    .filter(({ isNew }) => isNew)
    .map(({ key, title, description, budget, minutes, capabilities, dependsOn }) => ({
      key,
      title,
      description: description ?? "",
      budget,
      depends_on: [...dependsOn],
      ...(minutes === null ? {} : { time_limit_minutes: minutes }),
      ...(capabilities === null ? {} : { capabilities: [...capabilities] }),
    }));
}

/** What must be said to the API so that the plan becomes `parts`; null: it is that already. */
export function changeFrom(before: readonly Part[], parts: readonly Part[]) {
  const now = new Map(parts.map((part) => [part.key, part]));
  const kept = before.flatMap((part) => {
    const after = now.get(part.key);
    return after === undefined ? [] : [{ part, after }];
  });
  const change = {
    add: asSubtasks(parts),
    drop: before.filter(({ key }) => !now.has(key)).map(({ key }) => key),
    rewire: kept
      .filter(({ part, after }) => part.dependsOn.toSorted().join() !== after.dependsOn.toSorted().join())
      .map(({ after }) => ({ id: after.key, depends_on: [...after.dependsOn] })),
    edit: kept.flatMap(({ part, after }) => {
      const edit = {
        ...(after.title === part.title ? {} : { title: after.title }),
        ...(after.budget === part.budget ? {} : { budget: after.budget }),
        ...(after.description === null ? {} : { description: after.description }),
        ...(after.minutes === null ? {} : { time_limit_minutes: after.minutes }),
        ...(after.capabilities === null ? {} : { capabilities: [...after.capabilities] }),
      };
      return Object.keys(edit).length === 0 ? [] : [{ id: after.key, ...edit }];
    }),
  };
  const isSame = [change.add, change.drop, change.rewire, change.edit].every((list) => list.length === 0);
  return isSame ? null : change;
}

/** The plan without one part; what waited for it waits for what it waited for no more. */
export function without(parts: readonly Part[], key: string): Part[] {
  return parts
    .filter((part) => part.key !== key)
    .map((part) => ({ ...part, dependsOn: part.dependsOn.filter((each) => each !== key) }));
}
