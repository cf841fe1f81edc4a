import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { ExecutorKind, Run, RunLimits } from "../model/run.ts";
import { type AssignmentRef, workingAssignment } from "./assignments.ts";
import type { Book } from "./book.ts";
import { claimTask, type WorkedTask } from "./claim-task.ts";
import { type Command, command } from "./command.ts";
import { hearMember } from "./start-subtask.ts";
import { isSubtask } from "./subtasks.ts";

export interface StartRun {
  readonly taskId: Id;
  /** The agent that the platform runs. */
  readonly agentId: Id;
  /** The engagement that the agent has already, for instance of a Task Force; absent: it takes the task now. */
  readonly assignmentId?: Id | null;
  readonly executor: ExecutorKind;
  readonly limits: RunLimits;
}

export interface StartedRun extends WorkedTask {
  readonly run: Run;
}

/**
 * The platform takes a task for an agent that it runs itself; the run is queued for a node. The time limit of the task
 * holds, heartbeats are not asked for: that a node died shows in the run. Refuses what `claimTask` refuses.
 */
export const startRun: Command<StartRun, StartedRun> = command({
  name: "start_run",
  loads: ({ taskId, agentId }) => ({ ...claimTask.loads({ taskId, workerId: agentId }), runsOf: [taskId] }),
  decide(book, { taskId, agentId, assignmentId = null, executor, limits }) {
    const worked =
      assignmentId === null
        ? claimTask.decide(book, { taskId, workerId: agentId })
        : takeUp(book, { taskId, workerId: agentId, assignmentId });
    const run: Run = {
      id: book.newId(),
      taskId,
      assignmentId: worked.assignment.id,
      agentId,
      executor,
      state: "queued",
      limits,
      stepCount: 0,
      inputTokens: 0,
      outputTokens: 0,
      costMicros: 0,
      failure: null,
      createdAt: book.now,
      startedAt: null,
      endedAt: null,
      fence: 0,
    };
    book.runs.add(run.id, run);
    book.record(taskId, "run.started", agentId, { runId: run.id, executor });
    return { ...worked, task: book.task(taskId), run };
  },
});

/** The agent begins what it was given. Refuses `task_taken` when a run of it is under way. */
function takeUp(book: Book, ref: AssignmentRef): WorkedTask {
  const task = book.task(ref.taskId);
  const assignment = workingAssignment(book, task, ref);
  if ([...book.runs.values()].some((run) => run.assignmentId === assignment.id)) refuse("task_taken");
  const begun = isSubtask(task) ? hearMember(book, task, assignment) : assignment;
  return { task: book.task(task.id), assignment: begun, balance: book.balance(ref.workerId, task.currency) };
}
