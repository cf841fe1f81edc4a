import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { closeOpenQuestion } from "./close-question.ts";
import { type Command, command } from "./command.ts";
import { stoppedLease } from "./lease-clock.ts";
import { putBackOnBoard } from "./put-back.ts";
import { noteInProject } from "./subtasks.ts";

export interface LapseLease {
  readonly taskId: Id;
  readonly assignmentId: Id;
}

/**
 * Ends an assignment whose lease has run out; with no other worker left the task goes back to where it came from. Safe to
 * send at any moment: it decides by the clock, under lock.
 * Refuses `task_not_found`, `assignment_not_found`, `task_wrong_state`, `not_due`.
 */
export const lapseLease: Command<LapseLease, { readonly task: Task }> = command({
  name: "lapse_lease",
  loads: (input) => ({ tasks: [input.taskId], settles: [input.taskId] }),
  decide(book, { taskId, assignmentId }) {
    const task = book.task(taskId);
    const assignments = book.assignmentsOf(taskId);
    const assignment = assignments.find((each) => each.id === assignmentId) ?? refuse("assignment_not_found");
    if (assignment.leaseExpiresAt === null) refuse("task_wrong_state", { details: { state: assignment.state } });
    if (assignment.leaseExpiresAt > book.now) refuse("not_due");
    closeOpenQuestion(book, assignment);
    book.changeAssignment(assignment, { state: "lapsed", ...stoppedLease, openQuestionId: null, endedAt: book.now });
    book.tally(assignment.workerId, task, { deadlinesMissed: 1 });
    book.record(taskId, "task.lapsed", null, { assignmentId, workerId: assignment.workerId });
    noteInProject(book, task, "member.dropped", null, { assignmentId, workerId: assignment.workerId });
    return { task: putBackOnBoard(book, task) };
  },
});
