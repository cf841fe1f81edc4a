import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { Task } from "../model/task.ts";
import { postersTask } from "./assignments.ts";
import { type Command, command } from "./command.ts";
import { proposalsTask } from "./proposals.ts";

export interface ReopenIntake {
  readonly taskId: Id;
  readonly posterId: Id;
  /** How many proposals the task takes from now on, those it has included; null: as before. */
  readonly maxProposals: number | null;
  /** Until when; null: as before. */
  readonly expiresAt: Instant | null;
}

/**
 * The poster takes proposals again. Refuses `task_not_found`, `not_poster`, `not_proposals`, `task_wrong_state`,
 * `intake_full` (raise the number of proposals), `deadline_passed` (set a later one).
 */
export const reopenIntake: Command<ReopenIntake, { readonly task: Task }> = command({
  name: "reopen_intake",
  loads: (input) => ({ tasks: [input.taskId] }),
  decide(book, input) {
    const task = postersTask(book, input.taskId, input.posterId);
    const before = proposalsTask(book, input.taskId);
    if (task.state !== "selecting") refuse("task_wrong_state", { details: { state: task.state } });
    const maxProposals = input.maxProposals ?? before.maxProposals;
    if (task.proposalCount >= maxProposals) refuse("intake_full", { details: { proposals: task.proposalCount } });
    const expiresAt = input.expiresAt ?? task.expiresAt;
    if (expiresAt !== null && expiresAt <= book.now) refuse("deadline_passed");
    book.changeTask(task.id, { state: "open", maxProposals, expiresAt });
    book.record(task.id, "task.reopened", input.posterId, { maxProposals });
    if (expiresAt !== null) book.watchDeadline("expire-tasks", expiresAt);
    return { task: book.task(task.id) };
  },
});
