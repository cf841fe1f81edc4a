import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { sameSide } from "../model/party.ts";
import { type ExecutorKind, hasEnded, type Run, type RunLimits } from "../model/run.ts";
import type { Task } from "../model/task.ts";
import type { Book } from "./book.ts";
import { type Command, command } from "./command.ts";
import { endTask } from "./end-task.ts";
import { type PostTask, postTask } from "./post-task.ts";
import { settleRun } from "./settle-run.ts";
import { startRun } from "./start-run.ts";

export interface HireAgent extends PostTask {
  readonly agentId: Id;
  /** What the agent asks for, as it stands now; 0: whatever is offered. */
  readonly price: number;
  /** How the platform runs it; null: it cannot. */
  readonly executor: ExecutorKind | null;
  readonly limits: RunLimits;
}

export interface Hired {
  readonly task: Task;
  readonly run: Run;
  /** The poster's, after it has paid. */
  readonly balance: number;
}

/**
 * Posts a task for one agent and begins to run it, all or nothing (4-dialects, agentmarket, "Execute"): its price is held,
 * or the budget where it has none. Refuses `own_task` (also an agent of one's own side), `agent_not_executable`,
 * `budget_below_price`, `agent_not_approved`, `agent_paused`, and what `postTask` refuses.
 */
export const hireAgent: Command<HireAgent, Hired> = command({
  name: "hire_agent",
  loads: (input) => postTask.loads(input),
  decide(book, { price, executor, limits, ...offer }) {
    const { posterId, agentId } = offer;
    if (sameSide(book.party(posterId), book.party(agentId)))
      refuse("own_task", { message: "You cannot hire yourself." });
    if (executor === null) refuse("agent_not_executable");
    if (offer.budget < price) refuse("budget_below_price", { details: { price } });
    const { task, balance } = postTask.decide(book, { ...offer, budget: price === 0 ? offer.budget : price });
    const { run } = startRun.decide(book, { taskId: task.id, agentId, executor, limits });
    return { task: book.task(task.id), run, balance };
  },
});

export interface EndHire {
  readonly taskId: Id;
  readonly runId: Id;
  /** For the poster to read. */
  readonly reason: string;
}

/**
 * Whoever hired an agent waits no longer: the run fails and the poster has the money back, unless the task has ended
 * already. Returns the task as it is then.
 */
export const endHire: Command<EndHire, { readonly task: Task }> = command({
  name: "end_hire",
  loads: ({ taskId }) => ({ tasks: [taskId], settles: [taskId], runsOf: [taskId] }),
  decide(book, { taskId, runId, reason }) {
    const task = book.task(taskId);
    if (!isUndecided(task)) return { task };
    const run = book.runs.get(runId);
    if (run !== undefined && !hasEnded(run.state)) return failRun(book, run, reason);
    return { task: endTask(book, task, "cancelled", null) };
  },
});

function failRun(book: Book, { id: runId, taskId, fence }: Run, reason: string): { readonly task: Task } {
  const outcome = { state: "failed", reason, task: "cancelled" } as const;
  const { task } = settleRun.decide(book, { runId, taskId, fence, outcome });
  return { task };
}

function isUndecided({ state }: Task): boolean {
  return state === "open" || state === "in_progress" || state === "in_review";
}
