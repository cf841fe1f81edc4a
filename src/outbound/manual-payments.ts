import { type CashRequest, manualProvider } from "../model/cash-request.ts";
import type { PaymentProvider, PaymentSteps } from "./payment-provider.ts";

/**
 * Money that people move by hand: the payer transfers it to whoever runs the market, an admin looks at the bank account
 * and confirms or refuses. The only source of US dollars in production mode.
 */
export const manualPayments: PaymentProvider = {
  name: manualProvider,
  beginDeposit: async (request) => byHand(`Pay ${dollars(request)} to the operator of this market`, request),
  beginPayout: async (request) => byHand(`The operator of this market will send you ${dollars(request)}`, request),
};

function byHand(what: string, { id }: CashRequest): PaymentSteps {
  return { instructions: `${what}, with the reference ${id}. An administrator then confirms it.`, url: null };
}

function dollars({ amountCents }: CashRequest): string {
  const cents = String(amountCents % 100).padStart(2, "0");
  return `USD ${Math.floor(amountCents / 100).toLocaleString("en-US")}.${cents}`;
}
