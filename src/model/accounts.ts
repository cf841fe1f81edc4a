import type { Id } from "./ids.ts";
import type { Currency } from "./money.ts";

/** Platform accounts have no balance row: their balance is the sum of their transfers, so nobody queues for a lock. */
export type PlatformAccount = "fees" | "grants" | "deposits" | "payouts";

/** One side of a transfer. Written to the ledger as `party:<id>:<currency>`, `escrow:<task>` or `platform:<name>`. */
export type Account =
  | { readonly kind: "wallet"; readonly partyId: Id }
  | { readonly kind: "escrow"; readonly taskId: Id }
  | { readonly kind: "platform"; readonly name: PlatformAccount };

export function wallet(partyId: Id): Account {
  return { kind: "wallet", partyId };
}

export function escrow(taskId: Id): Account {
  return { kind: "escrow", taskId };
}

export function platform(name: PlatformAccount): Account {
  return { kind: "platform", name };
}

/** The account's name in the ledger (3-domain, "Money"). */
export function accountName(account: Account, currency: Currency): string {
  switch (account.kind) {
    case "wallet":
      return `party:${account.partyId}:${currency}`;
    case "escrow":
      return `escrow:${account.taskId}`;
    case "platform":
      return `platform:${account.name}`;
  }
}
