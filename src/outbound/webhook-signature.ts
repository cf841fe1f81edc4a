import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { type Instant, instantToMs } from "../model/instant.ts";
import type { WebhookFormat } from "../model/webhook.ts";

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
}

const millisecondsPerSecond = 1_000;

/**
 * The headers of a webhook: those of Standard Webhooks, with one signature for each valid secret, and for AgentMarket
 * its own, made as its document says from the newest secret and the body alone.
 */
export function webhookHeaders({ format, id, type, body, at, secrets }: SignedMessage): Record<string, string> {
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
