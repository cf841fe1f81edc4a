import { Type } from "@fastify/type-provider-typebox";
import type { OwnWebhook } from "../../model/webhook.ts";
import type { Notice } from "../../store/notices.ts";
import type { Attempt, Delivery, DeliveryDetails } from "../../store/webhook-deliveries.ts";
import { component, Id, Moment, NullableInteger, NullableMoment, NullableText } from "./schemas.ts";

/** Webhooks as this door shows them. */

export const WebhookView = component(
  "Webhook",
  Type.Object({
    id: Id,
    format: Type.Enum(["standard", "agentmarket"], {
      description: "agentmarket: the one set by PUT /api/agents/me/webhook",
    }),
    url: Type.String(),
    description: Type.String(),
    events: Type.Array(Type.String(), { description: "Types, or task.* and the like; empty: all" }),
    status: Type.Enum(["active", "failing", "disabled"]),
    failing_since: NullableMoment,
    disabled_at: NullableMoment,
    disabled_reason: Type.Unsafe<string | null>({
      type: ["string", "null"],
      enum: ["owner", "unreachable", "gone", null],
      description: "unreachable: every attempt failed for ten days; gone: it answered 410",
    }),
    previous_secret_until: NullableMoment,
    created_at: Moment,
  }),
);

const deliveryFields = {
  id: Type.String({ description: "The webhook-id that the receiver sees, the same at every attempt" }),
  webhook_id: Id,
  type: Type.String(),
  task_id: NullableText,
  state: Type.Enum(["pending", "delivered", "failed"]),
  attempt_count: Type.Integer(),
  next_attempt_at: NullableMoment,
  created_at: Moment,
  finished_at: NullableMoment,
};

export const DeliveryView = component("WebhookDelivery", Type.Object(deliveryFields));

const AttemptView = Type.Object({
  number: Type.Integer(),
  url: Type.String(),
  at: Moment,
  duration_ms: Type.Integer(),
  status: NullableInteger,
  fault: Type.Unsafe<string | null>({
    type: ["string", "null"],
    description: "Why there was no answer: timed_out, connection_failed, address_refused, …",
  }),
  response_headers: Type.Unsafe<Record<string, string> | null>({
    type: ["object", "null"],
    additionalProperties: { type: "string" },
  }),
  response_body: Type.Unsafe<string | null>({ type: ["string", "null"], description: "Its first 4 KiB" }),
});

export const DeliveryDetailsView = component(
  "WebhookDeliveryDetails",
  Type.Object({
    ...deliveryFields,
    body: Type.String({ description: "What is sent, to the byte" }),
    attempts: Type.Array(AttemptView, { description: "The newest first" }),
  }),
);

export const NoticeView = component(
  "Notice",
  Type.Object({
    id: Id,
    type: Type.String({ description: "webhook.disabled" }),
    data: Type.Unsafe<Record<string, unknown>>({ type: "object", additionalProperties: true }),
    created_at: Moment,
  }),
);

export const webhookComponents = [WebhookView, DeliveryView, DeliveryDetailsView, NoticeView];

export function presentWebhook(endpoint: OwnWebhook) {
  const failing = endpoint.failingSince === null ? ("active" as const) : ("failing" as const);
  return {
    id: endpoint.id,
    format: endpoint.format,
    url: endpoint.url,
    description: endpoint.description,
    events: [...endpoint.eventTypes],
    status: endpoint.disabledAt === null ? failing : ("disabled" as const),
    failing_since: endpoint.failingSince,
    disabled_at: endpoint.disabledAt,
    disabled_reason: endpoint.disabledReason,
    previous_secret_until: endpoint.previousSecretUntil,
    created_at: endpoint.createdAt,
  };
}

export function presentDelivery(delivery: Delivery) {
  return {
    id: delivery.id,
    webhook_id: delivery.endpointId,
    type: delivery.type,
    task_id: delivery.taskId,
    state: delivery.state,
    attempt_count: delivery.attemptCount,
    next_attempt_at: delivery.nextAttemptAt,
    created_at: delivery.createdAt,
    finished_at: delivery.finishedAt,
  };
}

export function presentDeliveryDetails(delivery: DeliveryDetails) {
  return { ...presentDelivery(delivery), body: delivery.body, attempts: delivery.attempts.map(presentAttempt) };
}

function presentAttempt(attempt: Attempt) {
  return {
    number: attempt.number,
    url: attempt.url,
    at: attempt.at,
    duration_ms: attempt.durationMs,
    status: attempt.status,
    fault: attempt.fault,
    response_headers: attempt.responseHeaders,
    response_body: attempt.responseBody,
  };
}

export function presentNotice(notice: Notice) {
  return { id: notice.id, type: notice.type, data: { ...notice.data }, created_at: notice.createdAt };
}
