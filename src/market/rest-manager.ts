import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import { type Command, command } from "./command.ts";
import { projectOf } from "./subtasks.ts";

export interface RestManager {
  readonly projectId: Id;
  /** How many lines the project's history had when the manager looked. */
  readonly eventCount: number;
  /** When it wants to look again; null: when something happens. */
  readonly wakeAt: Instant | null;
}

/**
 * The manager has done what there was to do. If something has happened since it looked, it looks again instead. Refuses
 * `task_not_found`, `not_a_project`.
 */
export const restManager: Command<RestManager, { readonly rests: boolean }> = command({
  name: "rest_manager",
  loads: (input) => ({ tasks: [input.projectId] }),
  decide(book, { projectId, eventCount, wakeAt }) {
    const project = projectOf(book, projectId);
    if (project.eventCount !== eventCount) {
      book.leave("manage-projects");
      return { rests: false };
    }
    book.changeTask(projectId, { managerDueAt: wakeAt });
    return { rests: true };
  },
});
