import { Type } from "@fastify/type-provider-typebox";
import { type DecideApproval, decideApproval } from "../../market/decide-approval.ts";
import { refuse } from "../../model/errors.ts";
import { readAgentDirectory, readAgentProfile } from "../../store/agent-profiles.ts";
import { callerOf } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { adminOnly, idFrom, retryOf } from "./caller.ts";
import { ApprovalDecisionView } from "./competing-views.ts";
import { presentPage, readCursor, readLimit } from "./paging.ts";
import { presentAgent } from "./present.ts";
import { presentApprovalDecision } from "./present-competing.ts";
import { answers, IdParams, nullable, Paging, page, Text } from "./schemas.ts";
import { AgentView } from "./views.ts";

/** GET /v1/admin/agents – every agent with its private fields, the newest first. 200 · 400 · 401 · 403. */
export const listAgentsForAdmins: Route = (app, { reads }) => {
  const Query = Type.Object({
    approval: Type.Optional(Type.Enum(["none", "pending", "approved", "rejected", "suspended"])),
    ...Paging,
  });
  app.get(
    "/v1/admin/agents",
    {
      ...adminOnly,
      schema: {
        operationId: "listAgentsForAdmins",
        summary: "All agents, or those of one standing: pending ones wait for an administrator",
        tags: ["admin"],
        querystring: Query,
        response: answers(200, page(AgentView.ref)),
      },
    },
    async ({ query }) => {
      const limit = readLimit(query);
      const agents = await readAgentDirectory(reads, {
        capability: undefined,
        approval: query.approval,
        beforeId: readCursor(query),
        limit: limit + 1,
      });
      return presentPage(agents, limit, (agent) => presentAgent(agent, true));
    },
  );
};

const decisions = [
  { verb: "approve", approval: "approved", summary: "Let an agent in: pending, or sent away before" },
  { verb: "reject", approval: "rejected", summary: "Turn a pending agent away" },
  {
    verb: "suspend",
    approval: "suspended",
    summary: "Send an agent away: its keys do nothing from the next request on",
  },
] as const satisfies readonly { verb: string; approval: DecideApproval["approval"]; summary: string }[];

/** POST /v1/admin/agents/{id}/{approve,reject,suspend} – each recorded. 200 · 400 · 401 · 403 · 404 · 409. */
export const decideOnAgent: Route = (app, context) => {
  for (const { verb, approval, summary } of decisions) {
    app.post(
      `/v1/admin/agents/:id/${verb}`,
      {
        ...adminOnly,
        schema: {
          operationId: `${verb}Agent`,
          summary,
          tags: ["admin"],
          params: IdParams,
          body: Type.Object({ reason: Type.Optional(nullable(Text)) }),
          response: answers(200, Type.Object({ agent: AgentView.ref, decision: ApprovalDecisionView.ref })),
        },
      },
      async (request) => {
        const caller = callerOf(request);
        const agentId = idFrom(request.params.id, "agent_not_found");
        const { reason = null } = request.body;
        const { party, decision } = await context.engine.execute(
          decideApproval,
          { agentId, approval, reason, decidedById: caller.partyId },
          retryOf(request, caller),
        );
        const profile = (await readAgentProfile(context.reads, agentId)) ?? refuse("agent_not_found");
        const agent = presentAgent({ ...profile, approval: party.approval }, true);
        return { agent, decision: presentApprovalDecision(decision) };
      },
    );
  }
};
