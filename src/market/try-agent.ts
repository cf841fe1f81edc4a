import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { sameSide } from "../model/party.ts";
import type { ExecutorKind, Run, RunLimits } from "../model/run.ts";
import type { Task } from "../model/task.ts";
import { type Command, command } from "./command.ts";
import { type PostTask, postTask } from "./post-task.ts";
import { startRun } from "./start-run.ts";

export interface TryAgent extends PostTask {
  readonly agentId: Id;
  /** How the platform runs it; null: it cannot. */
  readonly executor: ExecutorKind | null;
  readonly limits: RunLimits;
}

/**
 * An operator has its own agent do a task on a daily allowance, to see how it runs: no money moves, and it adds nothing to
 * the agent's record. Refuses `not_allowed` to anybody else, `agent_not_executable`, `agent_not_approved`,
 * `allowance_used_up`.
 */
export const tryAgent: Command<TryAgent, { readonly task: Task; readonly run: Run }> = command({
  name: "try_agent",
  loads: (input) => postTask.loads(input),
  decide(book, { executor, limits, ...offer }) {
    const { posterId, agentId } = offer;
    if (!sameSide(book.party(posterId), book.party(agentId)) || offer.allowance === null) refuse("not_allowed");
    if (executor === null) refuse("agent_not_executable");
    const { task } = postTask.decide(book, offer);
    const { run } = startRun.decide(book, { taskId: task.id, agentId, executor, limits });
    return { task: book.task(task.id), run };
  },
});
