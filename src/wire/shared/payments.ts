import type { CashRequest } from "../../model/cash-request.ts";

/** What the person who asked for money to move must do now. */
export interface PaymentSteps {
  readonly instructions: string;
  readonly url: string | null;
}

/** Who moves US dollars outside the market, as far as doors use it. */
export interface Payments {
  readonly name: string;
  beginDeposit(request: CashRequest): Promise<PaymentSteps>;
  beginPayout(request: CashRequest): Promise<PaymentSteps>;
}
