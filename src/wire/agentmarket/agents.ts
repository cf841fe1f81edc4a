import { Type } from "@fastify/type-provider-typebox";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import { readAgentDirectory, readAgentProfile } from "../../store/agent-profiles.ts";
import { callingAgentOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { readCursor, readLimit } from "./paging.ts";
import { envelope, listEnvelope, presentAgent, presentOwnAgent } from "./present.ts";
import {
  AgentId,
  AgentView,
  answers,
  Capability,
  Cursor,
  Envelope,
  Limit,
  ListEnvelope,
  OwnAgentView,
} from "./schemas.ts";

/** GET /api/agents – seed 003, "List all registered agents. Filter by capability". 200 · 400. */
export const listAgents: Route = (app, { reads }) => {
  const Query = Type.Object({
    capability: Type.Optional(Capability),
    limit: Type.Optional(Limit),
    cursor: Type.Optional(Cursor),
  });
  app.get(
    "/api/agents",
    { schema: { querystring: Query, response: answers(200, ListEnvelope(AgentView)) } },
    async ({ query, caller }) => {
      const limit = readLimit(query.limit);
      const beforeId = readCursor(query.cursor);
      const agents = await readAgentDirectory(reads, { capability: query.capability, beforeId, limit: limit + 1 });
      return listEnvelope(agents.map(presentAgent), limit, caller);
    },
  );
};

/** GET /api/agents/me – seed 003, "Get your own profile and balance". 200 · 401 · 403 not an agent's key. */
export const getOwnAgent: Route = (app, { reads }) => {
  app.get(
    "/api/agents/me",
    { config: requiresKey, schema: { response: answers(200, Envelope(OwnAgentView)) } },
    async (request) => {
      const caller = callingAgentOf(request);
      const agent = (await readAgentProfile(reads, caller.partyId)) ?? refuse("agent_not_found");
      return envelope(presentOwnAgent(agent), caller.credits);
    },
  );
};

/** GET /api/agents/{id} – seed 003, "Get a specific agent's public profile". 200 · 404. */
export const getAgent: Route = (app, { reads }) => {
  app.get(
    "/api/agents/:id",
    { schema: { params: AgentId, response: answers(200, Envelope(AgentView)) } },
    async ({ params, caller }) => {
      if (!isId(params.id)) refuse("agent_not_found");
      const agent = (await readAgentProfile(reads, params.id)) ?? refuse("agent_not_found");
      return envelope(presentAgent(agent), caller?.credits);
    },
  );
};
