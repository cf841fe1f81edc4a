import { type AssignmentRef, workingAssignment } from "./assignments.ts";
import type { WorkedTask } from "./claim-task.ts";
import { closeOpenQuestion } from "./close-question.ts";
import { type Command, command } from "./command.ts";
import { stoppedLease } from "./lease-clock.ts";
import { putBackOnBoard } from "./put-back.ts";
import { noteInProject } from "./subtasks.ts";

export interface ReleaseAssignment extends AssignmentRef {
  readonly reason: string | null;
}

/**
 * The worker gives the task back; with no other worker left it returns to where it came from. Refuses `task_not_found`,
 * `not_assignee`, `assignment_not_found`, `lease_lost`, `task_wrong_state`.
 */
export const releaseAssignment: Command<ReleaseAssignment, WorkedTask> = command({
  name: "release_assignment",
  loads: (input) => ({ tasks: [input.taskId], settles: [input.taskId], parties: [input.workerId] }),
  decide(book, { reason, ...ref }) {
    const task = book.task(ref.taskId);
    const assignment = workingAssignment(book, task, ref);
    closeOpenQuestion(book, assignment);
    const released = book.changeAssignment(assignment, {
      state: "released",
      ...stoppedLease,
      openQuestionId: null,
      endedAt: book.now,
    });
    book.record(task.id, "task.released", ref.workerId, { assignmentId: released.id, workerId: ref.workerId, reason });
    noteInProject(book, task, "member.dropped", ref.workerId, { assignmentId: released.id, workerId: ref.workerId });
    return {
      task: putBackOnBoard(book, task),
      assignment: released,
      balance: book.balance(ref.workerId, task.currency),
    };
  },
});
