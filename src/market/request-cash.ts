import { platform, wallet } from "../model/accounts.ts";
import type { CashRequest } from "../model/cash-request.ts";
import type { Spender } from "../model/spending.ts";
import { type Command, command } from "./command.ts";
import { countSpending, spendingsOf } from "./spending-limits.ts";

export interface RequestCash extends Pick<CashRequest, "kind" | "partyId" | "amountCents" | "provider" | "reference"> {
  /** Whose spending a payout counts as, where that is limited. */
  readonly spender: Spender | null;
}

/** A deposit or payout right after a command, with the party's balance in US cents. */
export interface CashOutcome {
  readonly request: CashRequest;
  readonly balance: number;
}

/**
 * A party asks for US dollars to come in or go out. What is to go out leaves the wallet at once, so that it cannot be
 * spent twice. Source: 3-domain, "Money". Refuses `party_not_found`, `funds_insufficient`,
 * `spending_limit_reached`.
 */
export const requestCash: Command<RequestCash, CashOutcome> = command({
  name: "request_cash",
  loads: ({ partyId, spender }) => ({ parties: [partyId], spendings: spendingsOf(spender, "usd") }),
  decide(book, { spender, ...input }) {
    const party = book.party(input.partyId);
    const request: CashRequest = {
      id: book.newId(),
      ...input,
      state: "requested",
      note: null,
      decidedById: null,
      createdAt: book.now,
      decidedAt: null,
    };
    book.cashRequests.add(request.id, request);
    if (input.kind === "payout") {
      countSpending(book, spender, input.amountCents, "usd");
      book.transfer("payout", wallet(party.id), platform("payouts"), input.amountCents, "usd", null);
    }
    return { request, balance: book.balance(party.id, "usd") };
  },
});
