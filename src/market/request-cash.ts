import { platform, wallet } from "../model/accounts.ts";
import type { CashRequest } from "../model/cash-request.ts";
import { type Command, command } from "./command.ts";

export interface RequestCash extends Pick<CashRequest, "kind" | "partyId" | "amountCents" | "provider" | "reference"> {}

/** A deposit or payout right after a command, with the party's balance in US cents. */
export interface CashOutcome {
  readonly request: CashRequest;
  readonly balance: number;
}

/**
 * A party asks for US dollars to come in or go out. What is to go out leaves the wallet at once, so that it cannot be
 * spent twice. Source: 3-domain, "Money". Refuses `party_not_found`, `funds_insufficient`.
 */
export const requestCash: Command<RequestCash, CashOutcome> = command({
  name: "request_cash",
  loads: (input) => ({ parties: [input.partyId] }),
  decide(book, input) {
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
      book.transfer("payout", wallet(party.id), platform("payouts"), input.amountCents, "usd", null);
    }
    return { request, balance: book.balance(party.id, "usd") };
  },
});
