import type { ItemOf } from "@guildhall/client";

/** The word of `StateBadge`; `active` is what working tasks are called. */
export function webhookState({ status }: ItemOf<"/v1/webhooks">): string {
  return status === "active" ? "in_use" : status;
}

/** The word of `StateBadge`; `delivered` is what a handed-in subtask is called. */
export function deliveryState(state: "pending" | "delivered" | "failed"): string {
  return state === "delivered" ? "arrived" : state;
}
