import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { applyPlan } from "./apply-plan.ts";
import { postersTask } from "./assignments.ts";
import { type Command, command } from "./command.ts";
import type { PlanChange } from "./plan.ts";
import { projectOf } from "./subtasks.ts";

export interface ChangePlan {
  readonly projectId: Id;
  /** The buyer, or null when the manager plans. */
  readonly buyerId: Id | null;
  readonly change: PlanChange;
  /** How many lines the project's history had when this was planned: with more since, it is planned anew. */
  readonly eventCount?: number;
}

export interface PlannedProject {
  readonly project: Task;
  /** What was added, by the key it had in the change. */
  readonly added: Readonly<Record<string, Id>>;
}

/**
 * Changes a project's plan while nothing that was done is undone. Refuses `task_not_found`, `not_poster`,
 * `not_a_project`, `task_wrong_state`, `plan_invalid`, `plan_over_budget`, `subtask_not_found`, `subtask_wrong_state`,
 * `not_due`.
 */
export const changePlan: Command<ChangePlan, PlannedProject> = command({
  name: "change_plan",
  loads: (input) => ({ tasks: [input.projectId], projects: [input.projectId] }),
  decide(book, { projectId, buyerId, change, eventCount }) {
    if (buyerId !== null) postersTask(book, projectId, buyerId);
    const before = projectOf(book, projectId);
    if (eventCount !== undefined && before.eventCount !== eventCount) refuse("not_due");
    const added = applyPlan(book, before, change, buyerId);
    return { project: book.task(projectId), added };
  },
});
