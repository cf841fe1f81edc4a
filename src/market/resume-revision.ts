import type { Assignment } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import { addMinutes } from "../model/instant.ts";
import type { Task } from "../model/task.ts";
import { type AssignmentRef, workingAssignment } from "./assignments.ts";
import type { WorkedTask } from "./claim-task.ts";
import { type Command, command } from "./command.ts";
import { keepAlive } from "./heartbeat.ts";
import { startLease } from "./lease-clock.ts";

/**
 * A worker takes up what was sent back to it; of several of its processes one wins. Refuses `task_not_found`,
 * `not_assignee`, `assignment_not_found`, `lease_lost`, `task_wrong_state`.
 */
export const resumeRevision: Command<AssignmentRef, WorkedTask> = command({
  name: "resume_revision",
  loads: (input) => ({ tasks: [input.taskId], parties: [input.workerId] }),
  decide(book, ref) {
    const task = book.task(ref.taskId);
    const assignment = workingAssignment(book, task, ref);
    if (assignment.state !== "revision" || !isUntouched(task, assignment)) {
      refuse("task_wrong_state", { details: { state: task.state } });
    }
    const resumed = keepAlive(book, book.changeAssignment(assignment, { state: "active" }));
    return { task, assignment: resumed, balance: book.balance(ref.workerId, task.currency) };
  },
});

/** Whether nothing was heard of the worker since: then the clock is as `requestRevision` has set it. */
function isUntouched(task: Task, { dueAt, leaseExpiresAt, heartbeatSeconds }: Assignment): boolean {
  if (dueAt === null) return false;
  const sentBackAt = addMinutes(dueAt, -task.timeLimitMinutes);
  return startLease(sentBackAt, task.timeLimitMinutes, heartbeatSeconds).leaseExpiresAt === leaseExpiresAt;
}
