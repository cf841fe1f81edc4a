import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";

/** What a plan says of a subtask. */
export interface SubtaskBrief
  extends Pick<Task, "title" | "description" | "category" | "requiredCapabilities" | "budget" | "timeLimitMinutes"> {}

/** A subtask that the plan adds. `key` is its name within the change, for others to depend on. */
export interface NewSubtask extends SubtaskBrief {
  readonly key: string;
  /** Keys of this change, or ids of subtasks that are there. */
  readonly dependsOn: readonly string[];
}

/** A change of plan, applied as a whole or not at all. */
export interface PlanChange {
  readonly add: readonly NewSubtask[];
  /** Subtasks that are no longer wanted. */
  readonly drop: readonly Id[];
  /** Subtasks that become several: each part waits for what the whole waited for; what waited for it waits for all. */
  readonly split: readonly { readonly id: Id; readonly into: readonly NewSubtask[] }[];
  /** What subtasks wait for from now on. */
  readonly rewire: readonly { readonly id: Id; readonly dependsOn: readonly string[] }[];
  readonly edit: readonly ({ readonly id: Id } & Partial<SubtaskBrief>)[];
}

export const noChange: PlanChange = { add: [], drop: [], split: [], rewire: [], edit: [] };

/** A project has at most this many subtasks. */
export const maxSubtasks = 2_000;
/** Enough for 50 layers of 20 that each wait for all of the layer before; more would hold up everybody else's commands. */
export const maxDependencies = 20_000;

/** Who waits for whom: subtask id to the ids it depends on. */
export type Graph = ReadonlyMap<Id, readonly Id[]>;

/**
 * Refuses `plan_invalid` for a graph that runs in a circle, with the titles along it, or that waits for what it does not
 * have, or for itself.
 */
export function refuseCycles(graph: Graph, titleOf: (id: Id) => string): void {
  const done = new Set<Id>();
  for (const start of graph.keys()) {
    const cycle = findCycle(graph, start, done);
    if (cycle === undefined) continue;
    const path = cycle.map(titleOf);
    refuse("plan_invalid", {
      message: `The plan runs in a circle: ${path.join(" → ")}.`,
      details: { cycle: cycle.join(" ") },
    });
  }
}

/** Walks without recursion: a plan may be one long chain. Nodes found harmless are added to `done`. */
function findCycle(graph: Graph, start: Id, done: Set<Id>): Id[] | undefined {
  if (done.has(start)) return undefined;
  const path: { readonly id: Id; next: number }[] = [{ id: start, next: 0 }];
  const onPath = new Set<Id>([start]);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const following = graph.get(top.id)?.[top.next++];
    if (following === undefined) {
      path.pop();
      onPath.delete(top.id);
      done.add(top.id);
    } else if (onPath.has(following)) {
      const from = path.findIndex(({ id }) => id === following);
      return [...path.slice(from).map(({ id }) => id), following];
    } else if (!done.has(following)) {
      path.push({ id: following, next: 0 });
      onPath.add(following);
    }
  }
  return undefined;
}
