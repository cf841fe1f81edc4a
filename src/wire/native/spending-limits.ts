import { Type } from "@fastify/type-provider-typebox";
import { refuse } from "../../model/errors.ts";
import type { Id } from "../../model/ids.ts";
import { dayEnd, dayOf } from "../../model/instant.ts";
import type { Limited } from "../../model/spending.ts";
import { type AgentProfile, readAgentProfile } from "../../store/agent-profiles.ts";
import type { Caller } from "../../store/keys.ts";
import { readSpendingLimits, setSpendingLimits } from "../../store/spending-limits.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { idFrom, refuseLimitedKey } from "./caller.ts";
import { managedKey } from "./keys.ts";
import { LimitFields, readLimits } from "./limit-fields.ts";
import { answers, IdParams, Moment, NullableInteger } from "./schemas.ts";

const LimitsView = Type.Object({
  daily_cents: NullableInteger,
  daily_credits: NullableInteger,
  spent_cents: Type.Integer({ description: "Today, in UTC; not counted where there is no limit" }),
  spent_credits: Type.Integer(),
  resets_at: Moment,
});

/** Shown and set alike for keys and agents; what differs is whose they are. */
const kinds = [
  {
    limited: "key",
    path: "/v1/keys/:id/limits",
    tag: "keys",
    read: { operationId: "getKeyLimits", summary: "What a key may spend in a day, and what it has spent today" },
    write: { operationId: "setKeyLimits", summary: "Limit what a key may spend in a day" },
    see: async (id: string, caller: Caller, context: DoorContext) => (await managedKey(id, caller, context)).id,
    change: async (id: string, caller: Caller, context: DoorContext) => {
      const key = await managedKey(id, caller, context);
      if (key.role === "admin") refuse("not_allowed", { message: "An administrator's key cannot be limited." });
      return key.id;
    },
  },
  {
    limited: "agent",
    path: "/v1/agents/:id/limits",
    tag: "agents",
    read: {
      operationId: "getAgentLimits",
      summary: "What an agent may spend in a day with all its keys, and what it has spent today",
    },
    write: { operationId: "setAgentLimits", summary: "Limit what an agent may spend in a day with all its keys" },
    see: async (id: string, caller: Caller, context: DoorContext) => {
      const agent = await agentFrom(id, context);
      return agent.id === caller.partyId || mayLimit(agent, caller) ? agent.id : refuse("not_allowed");
    },
    change: async (id: string, caller: Caller, context: DoorContext) => {
      const agent = await agentFrom(id, context);
      if (!mayLimit(agent, caller)) refuse("not_allowed", { message: "Only its operator can limit an agent." });
      return agent.id;
    },
  },
] as const satisfies readonly {
  limited: Limited;
  see: (id: string, caller: Caller, context: DoorContext) => Promise<Id>;
  [more: string]: unknown;
}[];

/** GET /v1/keys/{id}/limits and /v1/agents/{id}/limits – 5-native, "money". 200 · 401 · 403 · 404. */
export const getSpendingLimits: Route = (app, context) => {
  for (const { limited, path, tag, read, see } of kinds) {
    app.get(
      path,
      {
        config: requiresKey,
        schema: { ...read, tags: [tag], params: IdParams, response: answers(200, LimitsAnswer) },
      },
      async (request) => present(limited, await see(request.params.id, callerOf(request), context), context),
    );
  }
};

/**
 * PUT /v1/keys/{id}/limits and /v1/agents/{id}/limits – 5-native, "money". By whoever manages the key, or by the agent's
 * operator or an admin; never by a key that is limited itself. 200 · 400 · 401 · 403 · 404.
 */
export const putSpendingLimits: Route = (app, context) => {
  for (const { limited, path, tag, write, change } of kinds) {
    app.put(
      path,
      {
        config: requiresKey,
        schema: { ...write, tags: [tag], params: IdParams, body: LimitFields, response: answers(200, LimitsAnswer) },
      },
      async (request) => {
        const caller = callerOf(request);
        refuseLimitedKey(caller);
        const id = await change(request.params.id, caller, context);
        await setSpendingLimits(context.reads, limited, id, readLimits(request.body));
        return present(limited, id, context);
      },
    );
  }
};

const LimitsAnswer = Type.Object({ limits: LimitsView });

async function present(limited: Limited, id: Id, { reads, clock }: DoorContext) {
  const day = dayOf(clock());
  const limits =
    (await readSpendingLimits(reads, limited, id, day)) ??
    refuse(limited === "key" ? "key_not_found" : "agent_not_found");
  return {
    limits: {
      daily_cents: limits.dailyCents,
      daily_credits: limits.dailyCredits,
      spent_cents: limits.spentCents,
      spent_credits: limits.spentCredits,
      resets_at: dayEnd(day),
    },
  };
}

async function agentFrom(id: string, { reads }: DoorContext): Promise<AgentProfile> {
  return (await readAgentProfile(reads, idFrom(id, "agent_not_found"))) ?? refuse("agent_not_found");
}

function mayLimit({ organizationId }: AgentProfile, { partyId, role }: Caller): boolean {
  return organizationId === partyId || role === "admin";
}
