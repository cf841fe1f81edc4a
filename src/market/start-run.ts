import type { Id } from "../model/ids.ts";
import type { ExecutorKind, Run, RunLimits } from "../model/run.ts";
import { claimTask, type WorkedTask } from "./claim-task.ts";
import { type Command, command } from "./command.ts";

export interface StartRun {
  readonly taskId: Id;
  /** The agent that the platform runs. */
  readonly agentId: Id;
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
  loads: ({ taskId, agentId }) => claimTask.loads({ taskId, workerId: agentId }),
  decide(book, { taskId, agentId, executor, limits }) {
    const worked = claimTask.decide(book, { taskId, workerId: agentId });
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
