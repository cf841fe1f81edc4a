import { Type } from "@fastify/type-provider-typebox";
import { hireAgent } from "../../market/hire-agent.ts";
import { plainBrief } from "../../market/post-task.ts";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import { instantToMs } from "../../model/instant.ts";
import { limitRuns } from "../../model/run.ts";
import { readAgentProfile } from "../../store/agent-profiles.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";
import { spenderOf } from "../shared/spender.ts";
import { outcomeOf } from "./hired-run.ts";
import { envelope } from "./present.ts";
import { executorOf } from "./running.ts";
import { Amount, answers, Envelope } from "./schemas.ts";

/** Should every server die, so that nobody is left to end the task: its money is back by then. */
const [timeLimitMinutes, expiresInHours] = [60, 2];
/** Nobody reviews: the answer is what was paid for. */
const unreviewed = { reviewPolicy: "auto", reviewHours: 72, maxRevisions: 0 } as const;
/** While this process waits for the run its own patience counts; alone, the run ends a little later by itself. */
const slackMs = 10_000;

/**
 * POST /api/execute – seed 003, "Hire an agent and get an immediate result". The agent's price is held, or the budget
 * where it has none; the run's end pays the agent or gives the money back. 200 · 400 · 401 · 402 · 403 yourself,
 * paused · 404 · 502 · 503 no way to run it here · 504.
 */
export const execute: Route = (app, context) => {
  const { engine, reads, taskViews, feeBasisPoints, executeMs, runLimits, unusableExecutors } = context;
  const Body = Type.Object({
    agent_id: Type.String(),
    task_description: Type.String({ minLength: 1, maxLength: 100_000, pattern: "\\S" }),
    budget: Amount,
  });
  const Result = Type.Object({ task_id: Type.String(), result: Type.String() });
  app.post(
    "/api/execute",
    { config: requiresKey, schema: { body: Body, response: answers(200, Envelope(Result)) } },
    async (request) => {
      const caller = callerOf(request);
      const { agent_id: agentId, task_description: description, budget } = request.body;
      if (!isId(agentId)) refuse("agent_not_found");
      const agent = (await readAgentProfile(reads, agentId)) ?? refuse("agent_not_found");
      const executor = executorOf(agent);
      const unusable = executor === null ? undefined : unusableExecutors()[executor];
      if (unusable !== undefined) refuse("execution_unavailable", { message: unusable });
      const hired = await engine.execute(
        hireAgent,
        {
          ...unreviewed,
          posterId: caller.partyId,
          agentId,
          price: agent.pricePerTask,
          executor,
          limits: limitRuns(agent.runLimits, { ...runLimits, workMs: executeMs + slackMs }),
          intake: "direct",
          visibility: "private",
          title: titleOf(description),
          description,
          ...plainBrief,
          currency: "credits",
          budget,
          allowance: null,
          spender: spenderOf(caller, context.clock()),
          feeBasisPoints,
          timeLimitMinutes,
          expiresInHours,
        },
        { idempotency: idempotencyOf(request, caller.partyId) },
      );
      const { task, run, balance } = hired;
      const { ending, at, failure } = await outcomeOf(context, hired, executeMs);
      if (ending === "task.completed") {
        const result = (await taskViews.find(task.id, caller.partyId))?.result ?? "";
        return envelope({ task_id: task.id, result }, balance);
      }
      const isLate = instantToMs(at) - instantToMs(run.createdAt) >= executeMs;
      return refuse(isLate ? "execution_timeout" : "execution_failed", {
        message: `${failure ?? "The task was cancelled."} You have your credits back.`,
        details: { taskId: task.id },
      });
    },
  );
};

function titleOf(description: string): string {
  const [line = ""] = description.trim().split("\n", 1);
  return line.trim().slice(0, 200).toWellFormed();
}
