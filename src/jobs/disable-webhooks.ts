import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import { addMinutes, type Instant } from "../model/instant.ts";
import { type DisabledReason, disabledType, patienceMinutes, type WebhookEndpoint } from "../model/webhook.ts";
import { addNotice } from "../store/notices.ts";
import { inTransaction } from "../store/transaction.ts";
import { addDeliveries, addMessages, readLiveEndpoints } from "../store/webhook-fan-out.ts";
import { disableEndpoint, findDeadEndpoints } from "../store/webhook-queue.ts";
import type { WebhookJob } from "./webhook-context.ts";

const pageSize = 100;

/** Switches off endpoints that have failed for ten days. */
export const disableWebhooks: WebhookJob = async ({ reads, clock, newId, webhooks }) => {
  let disabled = 0;
  for (;;) {
    const now = clock();
    const dead = await findDeadEndpoints(reads, addMinutes(now, -patienceMinutes), pageSize);
    for (const endpoint of dead) {
      if (await switchOff({ reads, newId }, endpoint, "unreachable", now)) disabled++;
    }
    if (disabled > 0) webhooks.wake();
    if (dead.length < pageSize) return disabled;
  }
};

/** Switches an endpoint off and tells its owner: by a notice, and by a message to its other endpoints. */
export function switchOff(
  { reads, newId }: { readonly reads: Pool; readonly newId: () => Id },
  { id, partyId, url, failingSince }: WebhookEndpoint,
  reason: DisabledReason,
  now: Instant,
): Promise<boolean> {
  return inTransaction(reads, async (client) => {
    if (!(await disableEndpoint(client, id, reason, now))) return false;
    const data = { webhook_id: id, url, reason, failing_since: failingSince };
    const notice = { id: newId(), type: disabledType, data, createdAt: now };
    await addNotice(client, partyId, notice);
    const others = await readLiveEndpoints(client, partyId, disabledType);
    if (others.length === 0) return true;
    const body = JSON.stringify({ type: disabledType, timestamp: now, data });
    const message = { ...notice, format: "standard", body, taskId: null, eventNumber: null } as const;
    await addMessages(client, [message]);
    const deliveries = others.map((endpointId) => ({ endpointId, messageId: message.id }));
    await addDeliveries(client, deliveries, now);
    return true;
  });
}
