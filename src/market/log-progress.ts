import { type AssignmentRef, workingAssignment } from "./assignments.ts";
import type { WorkedTask } from "./claim-task.ts";
import { type Command, command } from "./command.ts";
import { keepAlive } from "./heartbeat.ts";

export interface LogProgress extends AssignmentRef {
  readonly content: string;
}

/**
 * The worker says what it is doing; also counts as a heartbeat. Refuses `task_not_found`, `not_assignee`,
 * `assignment_not_found`, `lease_lost`, `task_wrong_state`.
 */
export const logProgress: Command<LogProgress, WorkedTask> = command({
  name: "log_progress",
  loads: (input) => ({ tasks: [input.taskId], parties: [input.workerId] }),
  decide(book, { content, ...ref }) {
    const task = book.task(ref.taskId);
    const assignment = keepAlive(book, workingAssignment(book, task, ref));
    book.record(task.id, "progress.logged", ref.workerId, { assignmentId: assignment.id, content });
    return { task: book.task(task.id), assignment, balance: book.balance(ref.workerId, task.currency) };
  },
});
