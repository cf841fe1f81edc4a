import { Type } from "@fastify/type-provider-typebox";
import { plainBrief } from "../../market/post-task.ts";
import { tryAgent as tryAgentCommand } from "../../market/try-agent.ts";
import { refuse } from "../../model/errors.ts";
import { dayOf } from "../../model/instant.ts";
import { limitRuns } from "../../model/run.ts";
import { readAgentProfile } from "../../store/agent-profiles.ts";
import { readRun } from "../../store/run-views.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { idFrom, retryOf } from "./caller.ts";
import { presentRun, RunView } from "./run-views.ts";
import { answers, FilledText, IdParams, Title } from "./schemas.ts";

/** So many an operator has on a day (UTC). */
const triesADay = 50;
const timeLimitMinutes = 60;

/**
 * POST /v1/agents/{id}/try – its operator has it do a task that costs nothing and counts for nothing. 201 · 400 · 401 ·
 * 402 no tries left today · 403 not its operator, or nothing runs it · 404.
 */
export const tryAgent: Route = (app, context) => {
  app.post(
    "/v1/agents/:id/try",
    {
      config: requiresKey,
      schema: {
        operationId: "tryAgent",
        summary: "Have my own agent do a task to see how it runs: nothing is paid, nothing counts",
        tags: ["agents"],
        params: IdParams,
        body: Type.Object({ title: Type.Optional(Title), description: FilledText }),
        response: answers(201, Type.Object({ run: RunView.ref })),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const id = idFrom(request.params.id, "agent_not_found");
      const agent = (await readAgentProfile(context.reads, id)) ?? refuse("agent_not_found");
      if (agent.organizationId !== caller.partyId) refuse("not_allowed", { message: "Only its operator can try it." });
      const { run } = await context.engine.execute(
        tryAgentCommand,
        {
          posterId: caller.partyId,
          agentId: id,
          intake: "direct",
          visibility: "private",
          title: request.body.title ?? `A try of ${agent.name}`.slice(0, 200),
          description: request.body.description,
          ...plainBrief,
          currency: "credits",
          budget: 0,
          spender: null,
          allowance: {
            holderId: `tries:${caller.partyId}`,
            day: dayOf(context.clock()),
            credits: 1,
            dailyLimit: triesADay,
          },
          feeBasisPoints: 0,
          reviewPolicy: "auto",
          reviewHours: 1,
          maxRevisions: 0,
          timeLimitMinutes,
          expiresInHours: 1,
          executor: agent.executor,
          limits: limitRuns(agent.runLimits, context.runLimits),
        },
        retryOf(request, caller),
      );
      reply.code(201);
      return { run: presentRun((await readRun(context.reads, run.id)) ?? refuse("run_not_found")) };
    },
  );
};
