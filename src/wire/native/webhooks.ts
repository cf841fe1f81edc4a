import { type Static, Type } from "@fastify/type-provider-typebox";
import { v7 as newId } from "uuid";
import { refuse } from "../../model/errors.ts";
import { addHours } from "../../model/instant.ts";
import { checkOutsideUrl } from "../../model/outside-url.ts";
import type { OwnWebhook } from "../../model/webhook.ts";
import type { Caller } from "../../store/keys.ts";
import {
  addEndpoint,
  changeEndpoint,
  readEndpoint,
  readEndpoints,
  removeEndpoint,
  rotateSecret,
} from "../../store/webhook-endpoints.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { endpointSecretOf } from "../shared/webhook-secret.ts";
import { idFrom, retryOf } from "./caller.ts";
import { presentPage, readCursor, readLimit } from "./paging.ts";
import { answers, IdParams, Paging, page } from "./schemas.ts";
import { presentWebhook, WebhookView } from "./webhook-views.ts";

const Url = Type.String({ maxLength: 2_048, description: "https" });
const Description = Type.String({ maxLength: 200 });
const Events = Type.Array(Type.String({ maxLength: 64, pattern: "^[a-z_]+\\.(\\*|[a-z_]+)$" }), {
  maxItems: 50,
  uniqueItems: true,
  description: "task.completed and the like, or task.* for all that begin so; empty: everything",
});
const Answer = Type.Object({ webhook: WebhookView.ref });
const AnswerWithSecret = Type.Object({
  webhook: WebhookView.ref,
  secret: Type.String({ description: "whsec_…; shown only here" }),
});
const tags = ["webhooks"];
const defaultOverlapHours = 24;

/** GET /v1/webhooks – where I am told of what happens, the newest first. 200 · 400 · 401. */
export const listWebhooks: Route = (app, { reads }) => {
  app.get(
    "/v1/webhooks",
    {
      config: requiresKey,
      schema: {
        operationId: "listWebhooks",
        summary: "My webhooks",
        tags,
        querystring: Type.Object(Paging),
        response: answers(200, page(WebhookView.ref)),
      },
    },
    async (request) => {
      const limit = readLimit(request.query);
      const beforeId = readCursor(request.query);
      const { partyId } = callerOf(request);
      return presentPage(await readEndpoints(reads, { partyId, beforeId, limit: limit + 1 }), limit, presentWebhook);
    },
  );
};

/** POST /v1/webhooks – 201 with the secret · 400 · 401 · 409 too many. */
export const createWebhook: Route = (app, context) => {
  const Body = Type.Object({ url: Url, events: Type.Optional(Events), description: Type.Optional(Description) });
  app.post(
    "/v1/webhooks",
    {
      config: requiresKey,
      schema: {
        operationId: "createWebhook",
        summary: "Be told of what happens on my tasks, by Standard Webhooks",
        tags,
        body: Body,
        response: answers(201, AnswerWithSecret),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { url, events = [], description = "" } = request.body;
      const endpoint = {
        id: newId(),
        partyId: caller.partyId,
        url: checkUrl(url, context),
        description,
        eventTypes: events,
        createdAt: context.clock(),
      };
      const id = await addEndpoint(context.reads, endpoint, retryOf(request, caller).idempotency);
      reply.code(201);
      return withSecret(await ownWebhook(id, caller, context), context);
    },
  );
};

/** GET /v1/webhooks/{id} – 200 · 401 · 404. */
export const getWebhook: Route = (app, context) => {
  app.get(
    "/v1/webhooks/:id",
    {
      config: requiresKey,
      schema: {
        operationId: "getWebhook",
        summary: "One of my webhooks, and how it fares",
        tags,
        params: IdParams,
        response: answers(200, Answer),
      },
    },
    async (request) => ({
      webhook: presentWebhook(await ownWebhook(request.params.id, callerOf(request), context)),
    }),
  );
};

const Change = Type.Object({
  url: Type.Optional(Url),
  events: Type.Optional(Events),
  description: Type.Optional(Description),
  enabled: Type.Optional(Type.Boolean({ description: "true also forgives past failures" })),
});

/** PATCH /v1/webhooks/{id} – 200 · 400 · 401 · 404 · 409 what AgentMarket's door sets. */
export const patchWebhook: Route = (app, context) => {
  app.patch(
    "/v1/webhooks/:id",
    {
      config: requiresKey,
      schema: {
        operationId: "updateWebhook",
        summary: "Change a webhook, or switch it off and on",
        tags,
        params: IdParams,
        body: Change,
        response: answers(200, Answer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const webhook = await ownWebhook(request.params.id, caller, context);
      const { url, events, description } = request.body;
      if (url !== undefined || events !== undefined) refuseAgentMarkets(webhook);
      await changeEndpoint(context.reads, webhook.id, {
        url: url === undefined ? webhook.url : checkUrl(url, context),
        description: description ?? webhook.description,
        eventTypes: events ?? webhook.eventTypes,
        ...switched(webhook, request.body, context),
      });
      return { webhook: presentWebhook(await ownWebhook(webhook.id, caller, context)) };
    },
  );
};

/** DELETE /v1/webhooks/{id} – with all it waits for. 204 · 401 · 404 · 409 what AgentMarket's door sets. */
export const deleteWebhook: Route = (app, context) => {
  app.delete(
    "/v1/webhooks/:id",
    {
      config: requiresKey,
      schema: {
        operationId: "deleteWebhook",
        summary: "Remove a webhook and its log",
        tags,
        params: IdParams,
        response: { ...answers(200, Type.Object({})), 204: Type.Null({ description: "Removed" }) },
      },
    },
    async (request, reply) => {
      const webhook = await ownWebhook(request.params.id, callerOf(request), context);
      refuseAgentMarkets(webhook);
      await removeEndpoint(context.reads, webhook.id);
      return reply.code(204).send(null);
    },
  );
};

/** POST /v1/webhooks/{id}/rotate-secret – 200 with the new secret · 400 · 401 · 404 · 409 AgentMarket's. */
export const rotateWebhookSecret: Route = (app, context) => {
  const Body = Type.Object({
    overlap_hours: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 168,
        default: defaultOverlapHours,
        description: "How long messages are signed with the old secret too",
      }),
    ),
  });
  app.post(
    "/v1/webhooks/:id/rotate-secret",
    {
      config: requiresKey,
      schema: {
        operationId: "rotateWebhookSecret",
        summary: "A new secret; for a while both are used",
        tags,
        params: IdParams,
        body: Body,
        response: answers(200, AnswerWithSecret),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const webhook = await ownWebhook(request.params.id, caller, context);
      refuseAgentMarkets(webhook);
      const until = addHours(context.clock(), request.body.overlap_hours ?? defaultOverlapHours);
      const retry = retryOf(request, caller);
      const secretVersion = await rotateSecret(context.reads, webhook.id, until, retry.idempotency);
      return withSecret({ ...(await ownWebhook(webhook.id, caller, context)), secretVersion }, context);
    },
  );
};

/** Refuses `webhook_not_found`. */
export async function ownWebhook(id: string, caller: Caller, { reads }: DoorContext): Promise<OwnWebhook> {
  const found = await readEndpoint(reads, idFrom(id, "webhook_not_found"), caller.partyId);
  return found ?? refuse("webhook_not_found");
}

function refuseAgentMarkets({ format }: OwnWebhook): void {
  if (format === "agentmarket") refuse("webhook_of_agentmarket");
}

function checkUrl(url: string, { allowHttpUrls, openNetworks }: DoorContext): string {
  return checkOutsideUrl(url, { field: "url", allowHttp: allowHttpUrls, openNetworks });
}

function switched(webhook: OwnWebhook, { enabled }: Static<typeof Change>, { clock }: DoorContext) {
  if (enabled === true) return { failingSince: null, disabledAt: null, disabledReason: null };
  const { failingSince, disabledAt, disabledReason } = webhook;
  if (enabled === undefined || disabledAt !== null) return { failingSince, disabledAt, disabledReason };
  return { failingSince, disabledAt: clock(), disabledReason: "owner" as const };
}

function withSecret(webhook: OwnWebhook, { secret }: DoorContext) {
  return {
    webhook: presentWebhook(webhook),
    secret: endpointSecretOf(webhook.id, webhook.secretVersion, secret),
  };
}
