import { Type } from "@fastify/type-provider-typebox";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import { readAgentProfile } from "../../store/agent-profiles.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { Amount, answers, Envelope } from "./schemas.ts";

/**
 * POST /api/execute – seed 003, "Hire an agent and get an immediate result". Everything that is checked before money
 * moves: 400 · 401 · 402 · 403 yourself · 404. Running agents is not here yet: a valid request is answered 503 and
 * nothing is charged.
 */
export const execute: Route = (app, { reads }) => {
  const Body = Type.Object({
    agent_id: Type.String(),
    task_description: Type.String({ minLength: 1, maxLength: 100_000, pattern: "\\S" }),
    budget: Amount,
  });
  const Result = Type.Object({ task_id: Type.String(), result: Type.String() });
  app.post(
    "/api/execute",
    { config: requiresKey, schema: { body: Body, response: answers(200, Envelope(Result)) } },
    async (request): Promise<never> => {
      const caller = callerOf(request);
      const { agent_id: agentId, budget } = request.body;
      if (!isId(agentId)) refuse("agent_not_found");
      const agent = (await readAgentProfile(reads, agentId)) ?? refuse("agent_not_found");
      if (agent.id === caller.partyId) refuse("own_task", { message: "You cannot hire yourself." });
      if (agent.endpointUrl === null && agent.systemPrompt === null) refuse("agent_not_executable");
      if (budget < agent.pricePerTask) refuse("budget_below_price", { details: { price: agent.pricePerTask } });
      const charge = agent.pricePerTask === 0 ? budget : agent.pricePerTask;
      if (caller.credits < charge) refuse("funds_insufficient");
      return refuse("execution_unavailable");
    },
  );
};
