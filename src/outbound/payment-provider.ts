import type { CashRequest } from "../model/cash-request.ts";

/** What the person who asked for money to move must do now. */
export interface PaymentSteps {
  /** In words. */
  readonly instructions: string;
  /** Where to do it, for instance a processor's payment page; null: nowhere online. */
  readonly url: string | null;
}

/**
 * Moves US dollars outside the market. Both methods are called after the request has been written down, never inside a
 * transaction, and again when a request is repeated with its Idempotency-Key: the request's id is what makes the second
 * call have no second effect. Nothing that is returned moves money here; only `decideCash` does (docs/competing.md).
 */
export interface PaymentProvider {
  /** Kept with every request, for instance `manual`. */
  readonly name: string;
  /** Begins to bring `request.amountCents` in. Rejects if it could not begin; the request then stays open. */
  beginDeposit(request: CashRequest): Promise<PaymentSteps>;
  /** Begins to send `request.amountCents`, which has left the wallet, to its owner. Rejects as above. */
  beginPayout(request: CashRequest): Promise<PaymentSteps>;
}
