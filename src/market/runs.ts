import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { hasEnded, type Run } from "../model/run.ts";
import type { Task } from "../model/task.ts";
import type { Book } from "./book.ts";

/** Which run a node writes for, and as which of its holders. */
export interface RunRef {
  readonly runId: Id;
  readonly taskId: Id;
  /** The fence under which the node took the run up. */
  readonly fence: number;
}

/**
 * The run, if the node still has it. Refuses `task_not_found`, `run_not_found` (also one that has ended), `lease_lost`
 * when another node has taken it up since.
 */
export function heldRun(book: Book, { runId, taskId, fence }: RunRef): { readonly run: Run; readonly task: Task } {
  const task = book.task(taskId);
  const run = book.runs.get(runId);
  if (run === undefined || run.taskId !== taskId || hasEnded(run.state)) refuse("run_not_found");
  if (run.fence !== fence) refuse("lease_lost");
  return { run, task };
}
