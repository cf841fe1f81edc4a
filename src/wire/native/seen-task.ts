import { refuse } from "../../model/errors.ts";
import type { Caller } from "../../store/keys.ts";
import { readSeenTask, type SeenTask } from "../../store/task-details.ts";
import type { DoorContext } from "../shared/door.ts";
import { idFrom, viewerOf } from "./caller.ts";

/**
 * A task that the caller can see at all, and who works on it: what a stranger may not see reads as absent, whatever it is
 * asked to do. Refuses `task_not_found`.
 */
export async function seenTask(
  id: string,
  caller: Caller,
  { reads }: Pick<DoorContext, "reads">,
): Promise<SeenTask & { readonly taskId: string }> {
  const taskId = idFrom(id, "task_not_found");
  const seen = (await readSeenTask(reads, taskId, viewerOf(caller))) ?? refuse("task_not_found");
  return { ...seen, taskId };
}
