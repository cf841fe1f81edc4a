import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { applyPlan } from "./apply-plan.ts";
import type { PlannedProject } from "./change-plan.ts";
import { type Command, command } from "./command.ts";
import { noChange, type PlanChange } from "./plan.ts";
import { type PostTask, postTask } from "./post-task.ts";
import { beginProject } from "./start-project.ts";

export interface PostProject extends PostTask {
  /** null: the manager makes the plan. */
  readonly plan: Pick<PlanChange, "add"> | null;
  /** Whether the work begins at once; without a plan it begins when the manager has made one. */
  readonly starts: boolean;
}

export interface PostedProject extends PlannedProject {
  readonly balance: number;
}

/**
 * Posts a Task Force project, its money held and, where the buyer has one, with its plan: all in one commit. Refuses what
 * `postTask` and `changePlan` refuse.
 */
export const postProject: Command<PostProject, PostedProject> = command({
  name: "post_project",
  loads: (input) => postTask.loads(input),
  decide(book, { plan, starts, ...input }) {
    const { task } = postTask.decide(book, {
      ...input,
      intake: "team",
      plannedBy: plan === null ? "manager" : "buyer",
    });
    const added = plan === null ? {} : applyPlan(book, task, { ...noChange, add: plan.add }, input.posterId);
    const project = starts && plan !== null ? beginProject(book, book.task(task.id), input.posterId) : askManager(task);
    return { project, added, balance: book.balance(input.posterId, task.currency) };

    function askManager({ id }: { readonly id: Id }): Task {
      if (plan !== null) return book.task(id);
      book.leave("manage-projects");
      return book.changeTask(id, { managerDueAt: book.now });
    }
  },
});
