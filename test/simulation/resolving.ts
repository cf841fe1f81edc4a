import type { Command } from "../../src/market/command.ts";
import type { Id } from "../../src/model/ids.ts";
import type { Task, TaskState } from "../../src/model/task.ts";
import type { Actor, TaskPick } from "./picks.ts";
import type { Scene } from "./scene.ts";

/** Runs commands somewhere; the history does not care where. */
export interface Executor {
  execute<Input, Result>(command: Command<Input, Result>, input: Input): unknown;
}

/** A step with its numbers resolved to this history's ids. */
export type Resolved = { readonly waitMinutes: number } | { readonly send: (executor: Executor) => unknown };

export function send<Input, Result>(command: Command<Input, Result>, input: Input): Resolved {
  return { send: (executor) => executor.execute(command, input) };
}

export function inState(...states: TaskState[]): (task: Task) => boolean {
  return (task) => states.includes(task.state);
}

/** A task, and its poster unless the step says somebody else. */
export function postersRef(
  step: { readonly by: Actor; readonly task: TaskPick },
  scene: Scene,
  isReady: (task: Task) => boolean,
  isOfKind: (task: Task) => boolean = isReady,
): { readonly taskId: Id; readonly posterId: Id } {
  const taskId = scene.task(step.task, isReady, isOfKind);
  return { taskId, posterId: step.by === null ? scene.posterOf(taskId) : scene.party(step.by) };
}
