import type { Id } from "./ids.ts";
import { addMinutes, type Instant } from "./instant.ts";

/**
 * `standard`: Standard Webhooks with our events. `agentmarket`: an agent's webhook as the AgentMarket document has it.
 * `a2a`: push notifications of one task.
 */
export type WebhookFormat = "standard" | "agentmarket" | "a2a";

/** What a client of the A2A door wants to be shown with each push notification. */
export interface PushConfig {
  /** The client's own name for it, unique to the task. */
  readonly configId: string;
  /** Stored sealed, like the credentials. */
  readonly token: string;
  /** Of an Authorization header; empty: none is sent. */
  readonly scheme: string;
  readonly credentials: string;
}

/** Who or what switched an endpoint off; `gone`: it answered 410. */
export type DisabledReason = "owner" | "unreachable" | "gone";

/** Where a party wants to be told of what happens. */
export interface WebhookEndpoint {
  readonly id: Id;
  readonly partyId: Id;
  readonly format: WebhookFormat;
  readonly url: string;
  readonly description: string;
  /** Types, or `task.*` for all that begin so; none: every type. */
  readonly eventTypes: readonly string[];
  readonly secretVersion: number;
  /** Until when what is sent is signed with the secret before too. */
  readonly previousSecretUntil: Instant | null;
  readonly createdAt: Instant;
  /** Since when every attempt has failed. */
  readonly failingSince: Instant | null;
  readonly disabledAt: Instant | null;
  readonly disabledReason: DisabledReason | null;
  /** With the format `a2a`. */
  readonly push: PushConfig | null;
}

/** A webhook that its owner sees at the native door; push notifications belong to the A2A door. */
export type OwnWebhook = WebhookEndpoint & { readonly format: Exclude<WebhookFormat, "a2a"> };

export type DeliveryState = "pending" | "delivered" | "failed";

/** What a test ping says it is. It is sent once. */
export const testType = "webhook.test";
/** Tells a party's other endpoints, and its notices, that one was switched off. */
export const disabledType = "webhook.disabled";

/** How long an endpoint, or a single message, may fail before it is given up. */
export const patienceMinutes = 10 * 24 * 60;

/** 6-quality, "webhooks arrive": 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 10 h … */
const pausesMinutes = [5 / 60, 5, 30, 2 * 60, 5 * 60] as const;
const longestPauseMinutes = 10 * 60;

/** When a message that has failed `tries` times, now again, is sent next; null: never, it was begun too long ago. */
export function nextAttempt(tries: number, begunAt: Instant, now: Instant): Instant | null {
  const next = addMinutes(now, pausesMinutes[tries - 1] ?? longestPauseMinutes);
  return next > addMinutes(begunAt, patienceMinutes) ? null : next;
}
