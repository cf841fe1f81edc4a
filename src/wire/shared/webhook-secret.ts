import { createHmac } from "node:crypto";
import type { Id } from "../../model/ids.ts";

/** The secret with which an agent's webhooks are signed. Derived, so that no copy of it is stored anywhere. */
export function webhookSecretOf(agentId: Id, serverSecret: string): string {
  return createHmac("sha256", serverSecret).update(`webhook-secret\n${agentId}`).digest("hex");
}
