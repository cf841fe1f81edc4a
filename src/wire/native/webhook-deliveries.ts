import { Type } from "@fastify/type-provider-typebox";
import { v7 as newId } from "uuid";
import { refuse } from "../../model/errors.ts";
import type { Id as DeliveryId } from "../../model/ids.ts";
import { testType, type WebhookEndpoint } from "../../model/webhook.ts";
import { readNotices } from "../../store/notices.ts";
import {
  type DeliveryDetails,
  readDeliveries,
  readDelivery,
  replayDelivery,
  sendMessage,
} from "../../store/webhook-deliveries.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { idFrom, retryOf } from "./caller.ts";
import { presentPage, readCursor, readLimit } from "./paging.ts";
import { answers, Id, IdParams, NoFields, Paging, page } from "./schemas.ts";
import {
  DeliveryDetailsView,
  DeliveryView,
  NoticeView,
  presentDelivery,
  presentDeliveryDetails,
  presentNotice,
} from "./webhook-views.ts";
import { ownWebhook } from "./webhooks.ts";

const Answer = Type.Object({ delivery: DeliveryDetailsView.ref });
const DeliveryParams = Type.Object({ id: Id, deliveryId: Id });
const tags = ["webhooks"];

/** GET /v1/webhooks/{id}/deliveries – the newest first. 200 · 400 · 401 · 404. */
export const listWebhookDeliveries: Route = (app, context) => {
  const State = Type.Enum(["pending", "delivered", "failed"]);
  app.get(
    "/v1/webhooks/:id/deliveries",
    {
      config: requiresKey,
      schema: {
        operationId: "listWebhookDeliveries",
        summary: "What was sent, and what still waits; kept for 30 days",
        tags,
        params: IdParams,
        querystring: Type.Object({ state: Type.Optional(State), ...Paging }),
        response: answers(200, page(DeliveryView.ref)),
      },
    },
    async (request) => {
      const webhook = await ownWebhook(request.params.id, callerOf(request), context);
      const limit = readLimit(request.query);
      const query = { endpointId: webhook.id, state: request.query.state, beforeId: readCursor(request.query) };
      return presentPage(await readDeliveries(context.reads, { ...query, limit: limit + 1 }), limit, presentDelivery);
    },
  );
};

/** GET /v1/webhooks/{id}/deliveries/{deliveryId} – 200 · 401 · 404. */
export const getWebhookDelivery: Route = (app, context) => {
  app.get(
    "/v1/webhooks/:id/deliveries/:deliveryId",
    {
      config: requiresKey,
      schema: {
        operationId: "getWebhookDelivery",
        summary: "What was sent, and how each attempt ended",
        tags,
        params: DeliveryParams,
        response: answers(200, Answer),
      },
    },
    async (request) => {
      const webhook = await ownWebhook(request.params.id, callerOf(request), context);
      const id = idFrom(request.params.deliveryId, "delivery_not_found");
      return { delivery: presentDeliveryDetails(await deliveryOf(webhook, id, context)) };
    },
  );
};

/** POST /v1/webhooks/{id}/deliveries/{deliveryId}/replay – 200 · 401 · 404 · 409 switched off. */
export const replayWebhookDelivery: Route = (app, context) => {
  app.post(
    "/v1/webhooks/:id/deliveries/:deliveryId/replay",
    {
      config: requiresKey,
      schema: {
        operationId: "replayWebhookDelivery",
        summary: "Send it again, under the same id",
        tags,
        params: DeliveryParams,
        body: NoFields,
        response: answers(200, Answer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const webhook = await ownWebhook(request.params.id, caller, context);
      const id = idFrom(request.params.deliveryId, "delivery_not_found");
      // Looked for first: a retry under a key is answered as if it were the first.
      await deliveryOf(webhook, id, context);
      refuseDisabled(webhook);
      await replayDelivery(context.reads, webhook.id, id, context.clock(), retryOf(request, caller).idempotency);
      return { delivery: presentDeliveryDetails(await deliveryOf(webhook, id, context)) };
    },
  );
};

/** POST /v1/webhooks/{id}/test – sends a ping, once. 201 · 401 · 404 · 409 switched off. */
export const testWebhook: Route = (app, context) => {
  app.post(
    "/v1/webhooks/:id/test",
    {
      config: requiresKey,
      schema: {
        operationId: "testWebhook",
        summary: "Send a ping; read the delivery to see how it went",
        tags,
        params: IdParams,
        body: NoFields,
        response: answers(201, Answer),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const webhook = await ownWebhook(request.params.id, caller, context);
      refuseDisabled(webhook);
      const now = context.clock();
      const body = JSON.stringify(
        webhook.format === "agentmarket"
          ? { event: testType, marketplace_url: context.publicUrl() }
          : { type: testType, timestamp: now, data: { webhook_id: webhook.id } },
      );
      const { format } = webhook;
      const message = { id: newId(), format, type: testType, body, taskId: null, eventNumber: null, createdAt: now };
      const id = await sendMessage(context.reads, webhook.id, message, retryOf(request, caller).idempotency);
      reply.code(201);
      return { delivery: presentDeliveryDetails(await deliveryOf(webhook, id, context)) };
    },
  );
};

/** GET /v1/notices – the newest first. 200 · 400 · 401. */
export const listNotices: Route = (app, { reads }) => {
  app.get(
    "/v1/notices",
    {
      config: requiresKey,
      schema: {
        operationId: "listNotices",
        summary: "What I should know and no task tells, such as a webhook that was switched off",
        tags: ["notices"],
        querystring: Type.Object(Paging),
        response: answers(200, page(NoticeView.ref)),
      },
    },
    async (request) => {
      const { partyId } = callerOf(request);
      const limit = readLimit(request.query);
      const beforeId = readCursor(request.query);
      return presentPage(await readNotices(reads, { partyId, beforeId, limit: limit + 1 }), limit, presentNotice);
    },
  );
};

/** Refuses `delivery_not_found`. */
async function deliveryOf(webhook: WebhookEndpoint, id: DeliveryId, { reads }: DoorContext): Promise<DeliveryDetails> {
  return (await readDelivery(reads, webhook.id, id)) ?? refuse("delivery_not_found");
}

function refuseDisabled({ disabledAt }: WebhookEndpoint): void {
  if (disabledAt !== null) refuse("webhook_disabled");
}
