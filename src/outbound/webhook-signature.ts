import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { type Instant, instantToMs } from "../model/instant.ts";
import type { PushConfig, WebhookFormat } from "../model/webhook.ts";

export interface SignedMessage {
  readonly format: WebhookFormat;
  /** The same at every attempt. */
  readonly id: string;
  readonly type: string;
  readonly body: string;
  /** Of this attempt. */
  readonly at: Instant;
  /** Those that are valid now, the newest first: `whsec_` and base64, or a text that is used as it is. */
  readonly secrets: readonly string[];
  /** With the format `a2a`. */
  readonly push?: PushConfig | null;
}

const millisecondsPerSecond = 1_000;

/** A2A signs nothing: the receiver knows a notification by what it gave us for it. */
function pushHeaders({ token, scheme, credentials }: PushConfig): Record<string, string> {
  return {
    "content-type": "application/a2a+json",
    ...(token === "" ? {} : { "x-a2a-notification-token": token }),
    ...(scheme === "" ? {} : { authorization: `${scheme} ${credentials}`.trim() }),
  };
}

/**
 * The headers of a webhook: those of Standard Webhooks, with one signature for each valid secret, and for AgentMarket
 * its own, made as its document says from the newest secret and the body alone.
 */
export function webhookHeaders(message: SignedMessage): Record<string, string> {
  const { format, id, type, body, at, secrets, push = null } = message;
  if (push !== null) return pushHeaders(push);
  const sentAt = new Date(instantToMs(at));
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(sentAt.getTime() / millisecondsPerSecond)),
    "webhook-signature": secrets.map((secret) => signerFor(secret).sign(id, sentAt, body)).join(" "),
  };
  const [newest] = secrets;
  if (format !== "agentmarket" || newest === undefined) return headers;
  const signature = createHmac("sha256", newest).update(body).digest("hex");
  return { ...headers, "x-agentmarket-event": type, "x-agentmarket-signature": `sha256=${signature}` };
}

function signerFor(secret: string): Webhook {
  return secret.startsWith("whsec_") ? new Webhook(secret) : new Webhook(secret, { format: "raw" });
}
