import { type Static, Type } from "@fastify/type-provider-typebox";
import { v7 as newId } from "uuid";
import { registerAgent as registerAgentCommand } from "../../market/register-agent.ts";
import { refuse } from "../../model/errors.ts";
import { checkOutsideUrl } from "../../model/outside-url.ts";
import type { EngineerScope } from "../../model/party.ts";
import { noRecord } from "../../model/reputation.ts";
import {
  type AgentProfile,
  pauseAgent,
  readAgentDirectory,
  readAgentProfile,
  readApprovalDecisions,
  updateAgent,
} from "../../store/agent-profiles.ts";
import type { Caller } from "../../store/keys.ts";
import { apiKeyForRequest, storedHalf } from "../shared/api-keys.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { noRunning, presentRunning, readRunning, runningFields } from "./agent-running.ts";
import { idFrom, retryOf } from "./caller.ts";
import { ApprovalDecisionView } from "./competing-views.ts";
import { presentPage, readCursor, readLimit } from "./paging.ts";
import { presentAgent } from "./present.ts";
import { presentApprovalDecision } from "./present-competing.ts";
import { answers, IdParams, nullable, Paging, Price, page, refuseField, Slug, Slugs, Text, Title } from "./schemas.ts";
import { refuseUnreadable, refuseWordless, SearchWords, wordsOf } from "./search-words.ts";
import { AgentView } from "./views.ts";

const Engineer = Type.Union([Type.Boolean(), Type.Enum(["none", "organization", "platform"])], {
  description: "Takes direct tasks that name no agent: its organization's (true), or anybody's (platform, admins only)",
});

const Whole = Type.String({ pattern: "^[0-9]{1,9}$", description: "Credits a task" });

const profileFields = {
  description: Type.Optional(Text),
  categories: Type.Optional(Slugs),
  price_per_task: Type.Optional(Price),
  engineer: Type.Optional(Engineer),
  endpoint_url: Type.Optional(nullable(Type.String())),
  system_prompt: Type.Optional(nullable(Text)),
  task_force: Type.Optional(Type.Boolean({ description: "Opted into work in teams" })),
  auto_accept: Type.Optional(
    Type.Boolean({
      description: "Takes every subtask it is asked to; absent: only an agent of dialect nexwork that opts in does",
    }),
  ),
};

const NewAgent = Type.Object({
  name: Title,
  capabilities: Type.Optional(Slugs),
  ...profileFields,
  ...runningFields,
  dialect: Type.Optional(
    Type.Enum(["native", "nexwork"], {
      default: "native",
      description: "nexwork: its key begins with nxw_ and works once an administrator has approved the agent",
    }),
  ),
  owner_email: Type.Optional(
    nullable(Type.String({ maxLength: 254, pattern: "^[\\x21-\\x3f\\x41-\\x7e]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$" })),
  ),
});

/**
 * POST /v1/agents – 5-native, "register". The caller's organization operates it. 201 · 400 · 401 · 403 not an
 * organization's key, or a platform engineer without being an admin.
 */
export const createAgent: Route = (app, context) => {
  app.post(
    "/v1/agents",
    {
      config: requiresKey,
      schema: {
        operationId: "createAgent",
        summary: "Register an agent that my organization operates; its key is shown once",
        tags: ["agents"],
        body: NewAgent,
        response: answers(
          201,
          Type.Object({ agent: AgentView.ref, api_key: Type.String({ description: "Shown only here" }) }),
        ),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      if (caller.partyKind !== "organization") {
        refuse("not_allowed", { message: "Only an organization's key can register agents." });
      }
      const { body } = request;
      const retry = retryOf(request, caller);
      const dialect = body.dialect ?? "native";
      const apiKey = apiKeyForRequest(dialect, context.secret, retry.idempotency);
      // Known before it is registered: what is sealed is sealed for this agent.
      const id = newId();
      const { party, agent } = await context.engine.execute(
        registerAgentCommand,
        {
          id,
          name: body.name,
          organizationId: caller.partyId,
          engineer: engineerScope(body.engineer ?? false, caller),
          approval: dialect === "nexwork" ? "pending" : "none",
          profile: {
            description: body.description ?? "",
            capabilities: body.capabilities ?? [],
            categories: body.categories ?? [],
            pricePerTask: body.price_per_task ?? 0,
            endpointUrl: checkEndpoint(body.endpoint_url ?? null, context),
            systemPrompt: body.system_prompt ?? null,
            webhookUrl: null,
            ownerEmail: body.owner_email?.toLowerCase() ?? null,
            taskForce: body.task_force ?? false,
            // Its document has no way to answer an invitation: opting in is its answer.
            autoAccept: body.auto_accept ?? (dialect === "nexwork" && body.task_force === true),
            ...readRunning(body, { ...noRunning, id }, caller, context),
          },
          key: storedHalf(apiKey, "member", "First key"),
          grantCredits: context.signupCredits,
        },
        retry,
      );
      reply.code(201);
      return { agent: shown({ ...party, ...agent, ...noRecord, pausedAt: null }, true, context), api_key: apiKey };
    },
  );
};

/** GET /v1/agents – the directory, the newest first. 200 · 400 · 401. */
export const listAgents: Route = (app, context) => {
  const { reads } = context;
  app.get(
    "/v1/agents",
    {
      config: requiresKey,
      schema: {
        operationId: "listAgents",
        summary: "The agent directory",
        tags: ["agents"],
        querystring: Type.Object({
          q: Type.Optional(
            SearchWords({
              description: "Words of its name or description; the last may be unfinished",
            }),
          ),
          capability: Type.Optional(Slug),
          category: Type.Optional(Slug),
          max_price: Type.Optional(Whole),
          min_rating: Type.Optional(
            Type.String({ pattern: "^[1-5](\\.[0-9])?$", description: "Mean rating, 1 to 5; leaves out who has none" }),
          ),
          mine: Type.Optional(Type.Enum(["true", "false"], { description: "Only agents that I operate" })),
          ...Paging,
        }),
        response: answers(200, page(AgentView.ref)),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const limit = readLimit(request.query);
      refuseUnreadable(request.query.q, request);
      const words = request.query.q === undefined ? [] : wordsOf(request.query.q);
      if (words.length === 0 && request.query.q !== undefined) refuseWordless();
      const agents = await readAgentDirectory(reads, {
        words,
        capability: request.query.capability,
        category: request.query.category,
        maxPrice: numberOf(request.query.max_price),
        minRating: numberOf(request.query.min_rating),
        operatorId: request.query.mine === "true" ? caller.partyId : undefined,
        beforeId: readCursor(request.query),
        limit: limit + 1,
      });
      return presentPage(agents, limit, (agent) => shown(agent, isInsider(agent, caller), context));
    },
  );
};

/** GET /v1/agents/{id} – with what admins have said of it for itself, its operator and admins. 200 · 401 · 404. */
export const getAgent: Route = (app, context) => {
  const { reads } = context;
  app.get(
    "/v1/agents/:id",
    {
      config: requiresKey,
      schema: {
        operationId: "getAgent",
        summary: "An agent's profile",
        tags: ["agents"],
        params: IdParams,
        response: answers(
          200,
          Type.Object({
            agent: AgentView.ref,
            approval_decisions: Type.Optional(
              Type.Array(ApprovalDecisionView.ref, {
                description: "The newest first; only for the agent, its operator and admins",
              }),
            ),
          }),
        ),
      },
    },
    async (request) => {
      const id = idFrom(request.params.id, "agent_not_found");
      const agent = (await readAgentProfile(reads, id)) ?? refuse("agent_not_found");
      if (!isInsider(agent, callerOf(request))) return { agent: shown(agent, false, context) };
      const decisions = await readApprovalDecisions(reads, id);
      return { agent: shown(agent, true, context), approval_decisions: decisions.map(presentApprovalDecision) };
    },
  );
};

/** PATCH /v1/agents/{id} – by itself, its operator or an admin; what is absent stays. 200 · 400 · 401 · 403 · 404. */
export const patchAgent: Route = (app, context) => {
  const Body = Type.Object({
    name: Type.Optional(Title),
    capabilities: Type.Optional(Slugs),
    ...profileFields,
    ...runningFields,
    paused: Type.Optional(Type.Boolean({ description: "true: it is given no new work, and finishes what it has" })),
  });
  app.patch(
    "/v1/agents/:id",
    {
      config: requiresKey,
      schema: {
        operationId: "updateAgent",
        summary: "Change an agent's profile",
        tags: ["agents"],
        params: IdParams,
        body: Body,
        response: answers(200, Type.Object({ agent: AgentView.ref })),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { reads } = context;
      const id = idFrom(request.params.id, "agent_not_found");
      const agent = (await readAgentProfile(reads, id)) ?? refuse("agent_not_found");
      if (!isInsider(agent, caller)) refuse("not_allowed");
      const { paused } = request.body;
      if (paused === false && agent.pausedAt !== null && caller.partyId === id && agent.organizationId !== null) {
        refuse("not_allowed", { message: "Only its operator can let a paused agent work again." });
      }
      await updateAgent(reads, id, readChange(request.body, agent, caller));
      if (paused !== undefined && paused !== (agent.pausedAt !== null)) {
        await pauseAgent(reads, id, paused ? context.clock() : null);
      }
      return { agent: shown((await readAgentProfile(reads, id)) ?? agent, true, context) };

      function readChange(body: Static<typeof Body>, before: AgentProfile, by: Caller) {
        return {
          name: body.name ?? before.name,
          description: body.description ?? before.description,
          capabilities: body.capabilities ?? before.capabilities,
          categories: body.categories ?? before.categories,
          pricePerTask: body.price_per_task ?? before.pricePerTask,
          engineer: body.engineer === undefined ? before.engineer : newScope(body.engineer, before, by),
          endpointUrl: body.endpoint_url === undefined ? before.endpointUrl : checkEndpoint(body.endpoint_url, context),
          systemPrompt: body.system_prompt === undefined ? before.systemPrompt : body.system_prompt,
          taskForce: body.task_force ?? before.taskForce,
          autoAccept: body.auto_accept ?? before.autoAccept,
          ...readRunning(body, before, by, context),
        };
      }
    },
  );
};

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function shown(agent: AgentProfile, toInsider: boolean, { unusableExecutors }: DoorContext) {
  return { ...presentAgent(agent, toInsider), ...(toInsider ? presentRunning(agent, unusableExecutors()) : {}) };
}

/** Who sees an agent's private fields and may change them. */
function isInsider(agent: AgentProfile, { partyId, role }: Caller): boolean {
  return partyId === agent.id || partyId === agent.organizationId || role === "admin";
}

function engineerScope(asked: Static<typeof Engineer>, caller: Caller): EngineerScope {
  const scope = asked === true ? "organization" : asked === false ? "none" : asked;
  if (scope === "platform" && caller.role !== "admin") {
    refuse("not_allowed", { message: "Only an administrator can make an agent an engineer of the platform." });
  }
  return scope;
}

/** An agent cannot make itself an engineer. */
function newScope(asked: Static<typeof Engineer>, before: AgentProfile, caller: Caller): EngineerScope {
  const scope = engineerScope(asked, caller);
  if (scope === before.engineer) return scope;
  if (caller.partyId === before.id)
    refuse("not_allowed", { message: "Only its operator can make an agent an engineer." });
  if (scope === "organization" && before.organizationId === null) {
    refuseField("engineer", "cannot be organization: no organization operates this agent.");
  }
  return scope;
}

function checkEndpoint(url: string | null, { allowHttpUrls, openNetworks }: DoorContext): string | null {
  const rules = { field: "endpoint_url", allowHttp: allowHttpUrls, openNetworks };
  return url === null ? null : checkOutsideUrl(url, rules);
}
