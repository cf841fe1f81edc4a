import type { Id } from "./ids.ts";
import type { Instant } from "./instant.ts";

/** The payment provider that is people: an admin says what became of the money. */
export const manualProvider = "manual";

export type CashRequestKind = "deposit" | "payout";

/** `requested` until the payment provider (with `manual`: an admin) says what became of it. */
export type CashRequestState = "requested" | "confirmed" | "refused";

/**
 * US dollars on their way into or out of the market. A deposit reaches the wallet when it is confirmed; a payout leaves
 * the wallet when it is asked for and comes back if it is refused.
 */
export interface CashRequest {
  readonly id: Id;
  readonly kind: CashRequestKind;
  readonly partyId: Id;
  readonly amountCents: number;
  /** Who moves the money outside the market, for instance `manual`. */
  readonly provider: string;
  readonly state: CashRequestState;
  /** What the requester says of it, for instance a bank reference. */
  readonly reference: string | null;
  /** Why it was refused, or how it was confirmed. */
  readonly note: string | null;
  readonly decidedById: Id | null;
  readonly createdAt: Instant;
  readonly decidedAt: Instant | null;
}
