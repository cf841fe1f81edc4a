import { createHmac } from "node:crypto";
import type { Id } from "../../model/ids.ts";
import type { Instant } from "../../model/instant.ts";
import type { WebhookEndpoint } from "../../model/webhook.ts";

/** The secret with which an agent's webhooks are signed. Derived, so that no copy of it is stored anywhere. */
export function webhookSecretOf(agentId: Id, serverSecret: string): string {
  return createHmac("sha256", serverSecret).update(`webhook-secret\n${agentId}`).digest("hex");
}

/** One of the secrets of an endpoint, as Standard Webhooks writes them. Derived too, from its id and which one it is. */
export function endpointSecretOf(endpointId: Id, version: number, serverSecret: string): string {
  const secret = createHmac("sha256", serverSecret).update(`webhook-endpoint\n${endpointId}\n${version}`);
  return `whsec_${secret.digest("base64")}`;
}

/** The secrets that an endpoint's messages are signed with now, the newest first. */
export function signingSecretsOf(endpoint: WebhookEndpoint, serverSecret: string, now: Instant): string[] {
  const { id, format, secretVersion, previousSecretUntil } = endpoint;
  if (format === "a2a") return [];
  if (format === "agentmarket") return [webhookSecretOf(id, serverSecret)];
  const newest = endpointSecretOf(id, secretVersion, serverSecret);
  const isPreviousValid = secretVersion > 1 && previousSecretUntil !== null && now < previousSecretUntil;
  return isPreviousValid ? [newest, endpointSecretOf(id, secretVersion - 1, serverSecret)] : [newest];
}
