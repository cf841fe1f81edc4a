import type { Assignment } from "../model/assignment.ts";
import { type AssignmentRef, workingAssignment } from "./assignments.ts";
import type { Book } from "./book.ts";
import type { WorkedTask } from "./claim-task.ts";
import { type Command, command } from "./command.ts";
import { renewLease } from "./lease-clock.ts";

/**
 * A heartbeat: the worker is still there. Refuses `task_not_found`, `not_assignee`, `assignment_not_found`, `lease_lost`,
 * `task_wrong_state`.
 */
export const heartbeat: Command<AssignmentRef, WorkedTask> = command({
  name: "heartbeat",
  loads: (input) => ({ tasks: [input.taskId], parties: [input.workerId] }),
  decide(book, ref) {
    const task = book.task(ref.taskId);
    const assignment = keepAlive(book, workingAssignment(book, task, ref));
    return { task, assignment, balance: book.balance(ref.workerId, task.currency) };
  },
});

/** Any word of the worker keeps its lease. */
export function keepAlive(book: Book, assignment: Assignment): Assignment {
  const clock = renewLease(assignment, book.now);
  if (clock.leaseExpiresAt === assignment.leaseExpiresAt) return assignment;
  if (clock.leaseExpiresAt !== null) book.watchDeadline("lapse-leases", clock.leaseExpiresAt);
  return book.changeAssignment(assignment, clock);
}
