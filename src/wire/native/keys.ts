import { Type } from "@fastify/type-provider-typebox";
import { issueKey } from "../../market/issue-key.ts";
import { refuse } from "../../model/errors.ts";
import { isId, type Id as PartyId } from "../../model/ids.ts";
import { readAgentProfile } from "../../store/agent-profiles.ts";
import { type KeyInfo, readKeys, readManagedKey, revokeKey } from "../../store/api-keys.ts";
import type { Caller } from "../../store/keys.ts";
import { apiKeyForRequest, type KeyFormat, keyFormatOf, storedHalf } from "../shared/api-keys.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { idFrom, refuseLimitedKey, retryOf } from "./caller.ts";
import { LimitFields, readLimits } from "./limit-fields.ts";
import { presentPage, readCursor, readLimit } from "./paging.ts";
import { answers, IdParams, NoFields, nullable, Paging, page, refuseField } from "./schemas.ts";
import { KeyView } from "./views.ts";

const formats = { gh_live: "native", aw_live: "agentwork", nxw: "nexwork" } as const satisfies Record<
  string,
  KeyFormat
>;
const Label = Type.String({ minLength: 1, maxLength: 100, pattern: "\\S" });
const AgentChoice = Type.Optional(nullable(Type.String({ description: "An agent that I operate; absent: myself" })));
const Issued = Type.Object({ key: KeyView.ref, api_key: Type.String({ description: "Shown only here" }) });

/** GET /v1/keys – keys that work, the newest first. 200 · 400 · 401 · 404 agent. */
export const listKeys: Route = (app, context) => {
  app.get(
    "/v1/keys",
    {
      config: requiresKey,
      schema: {
        operationId: "listKeys",
        summary: "My keys, or those of an agent that I operate",
        tags: ["keys"],
        querystring: Type.Object({ agent_id: Type.Optional(Type.String()), ...Paging }),
        response: answers(200, page(KeyView.ref)),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const partyId = await partyFor(request.query.agent_id ?? null, caller, context);
      const limit = readLimit(request.query);
      const beforeId = readCursor(request.query);
      return presentPage(await readKeys(context.reads, { partyId, beforeId, limit: limit + 1 }), limit, presentKey);
    },
  );
};

/** POST /v1/keys – 201 · 400 · 401 · 403 an admin key without being one · 404 agent. */
export const createKey: Route = (app, context) => {
  const Body = Type.Object({
    label: Type.Optional(Label),
    format: Type.Optional(
      Type.Enum(["gh_live", "aw_live", "nxw"], {
        default: "gh_live",
        description: "aw_live: what Club and Agentwork clients expect; nxw: what Nexwork clients expect",
      }),
    ),
    role: Type.Optional(Type.Enum(["member", "admin"], { default: "member" })),
    agent_id: AgentChoice,
    limits: Type.Optional(LimitFields),
  });
  app.post(
    "/v1/keys",
    {
      config: requiresKey,
      schema: {
        operationId: "createKey",
        summary: "One more key, for myself or for an agent that I operate; shown once",
        tags: ["keys"],
        body: Body,
        response: answers(201, Issued),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { label = "API key", format = "gh_live", role = "member", agent_id = null, limits } = request.body;
      refuseLimitedKey(caller);
      if (role === "admin" && caller.role !== "admin") refuse("not_allowed");
      if (role === "admin" && limits !== undefined) refuseField("limits", "cannot be set for an administrator's key.");
      const partyId = await partyFor(agent_id, caller, context);
      const retry = retryOf(request, caller);
      const apiKey = apiKeyForRequest(formats[format], context.secret, retry.idempotency);
      const key = {
        ...storedHalf(apiKey, role, label, partyId === caller.partyId ? caller.userId : null),
        ...(limits === undefined ? {} : readLimits(limits)),
      };
      const issued = await context.engine.execute(issueKey, { partyId, key }, retry);
      reply.code(201);
      return { key: presentKey({ ...issued.key, lastUsedAt: null }), api_key: apiKey };
    },
  );
};

/** DELETE /v1/keys/{id} – the key stops at once, also if it is the one used here. 204 · 401 · 403 · 404. */
export const deleteKey: Route = (app, context) => {
  app.delete(
    "/v1/keys/:id",
    {
      config: requiresKey,
      schema: {
        operationId: "deleteKey",
        summary: "Revoke a key",
        tags: ["keys"],
        params: IdParams,
        response: { ...answers(200, Type.Object({})), 204: Type.Null({ description: "Revoked" }) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      refuseLimitedKey(caller);
      const key = await managedKey(request.params.id, caller, context);
      await revokeKey(context.reads, key.id);
      return reply.code(204).send(null);
    },
  );
};

/** POST /v1/keys/{id}/rotate – a new key like the old one, which stops at once. 201 · 401 · 403 · 404. */
export const rotateKey: Route = (app, context) => {
  app.post(
    "/v1/keys/:id/rotate",
    {
      config: requiresKey,
      schema: {
        operationId: "rotateKey",
        summary: "Replace a key; the old one stops at once",
        tags: ["keys"],
        params: IdParams,
        body: NoFields,
        response: answers(201, Issued),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      refuseLimitedKey(caller);
      const retry = retryOf(request, caller);
      // Revoked already when this is a retry.
      const old = await managedKey(request.params.id, caller, context, retry.idempotency !== undefined);
      const apiKey = apiKeyForRequest(keyFormatOf(old.prefix), context.secret, retry.idempotency);
      const { dailyCents, dailyCredits, spendsAs } = old;
      const like = storedHalf(apiKey, old.role, old.label, old.userId);
      const key = { ...like, dailyCents, dailyCredits, spendsAs: spendsAs ?? old.id };
      const issued = await context.engine.execute(issueKey, { partyId: old.partyId, key }, retry);
      await revokeKey(context.reads, old.id);
      reply.code(201);
      return { key: presentKey({ ...issued.key, lastUsedAt: null }), api_key: apiKey };
    },
  );
};

export function presentKey(key: KeyInfo) {
  return {
    id: key.id,
    party_id: key.partyId,
    label: key.label,
    prefix: key.prefix,
    role: key.role,
    daily_cents: key.dailyCents,
    daily_credits: key.dailyCredits,
    created_at: key.createdAt,
    last_used_at: key.lastUsedAt,
  };
}

/** The caller, or an agent that its organization operates. Refuses `agent_not_found`. */
async function partyFor(agentId: string | null, caller: Caller, { reads }: DoorContext): Promise<PartyId> {
  if (agentId === null || agentId.toLowerCase() === caller.partyId) return caller.partyId;
  const agent = isId(agentId) ? await readAgentProfile(reads, agentId) : undefined;
  return agent?.organizationId === caller.partyId ? agent.id : refuse("agent_not_found");
}

/** Refuses `key_not_found`, and `not_allowed` where a member would touch an administrator's key. */
export async function managedKey(
  id: string,
  caller: Caller,
  { reads }: DoorContext,
  revokedToo = false,
): Promise<KeyInfo> {
  const found = await readManagedKey(reads, idFrom(id, "key_not_found"), caller.partyId, { revokedToo });
  const key = found ?? refuse("key_not_found");
  if (key.role === "admin" && caller.role !== "admin") refuse("not_allowed");
  return key;
}
