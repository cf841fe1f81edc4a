import type { Id } from "./ids.ts";
import type { Instant } from "./instant.ts";
import type { Currency } from "./money.ts";

/** A party's balance in one currency. Never below zero. */
export interface Wallet {
  readonly partyId: Id;
  readonly currency: Currency;
  readonly balance: number;
}

export type TransferKind = "grant" | "hold" | "payment" | "fee" | "refund" | "deposit" | "payout" | "payout_return";

/** Money from one account to another. Inserted once, never changed. */
export interface Transfer {
  readonly id: Id;
  readonly kind: TransferKind;
  /** Ledger names, see `accountName`. */
  readonly debit: string;
  readonly credit: string;
  readonly amount: number;
  readonly currency: Currency;
  readonly taskId: Id | null;
  /** The command that caused it, for instance `post_task`. */
  readonly command: string;
  /** The wallet's balance right after this transfer, where that side is a wallet: the statement's running balance. */
  readonly debitBalance: number | null;
  readonly creditBalance: number | null;
  readonly at: Instant;
}
