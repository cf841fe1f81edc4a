import { platform, wallet } from "../model/accounts.ts";
import type { CashRequest } from "../model/cash-request.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { type Command, command } from "./command.ts";
import type { CashOutcome } from "./request-cash.ts";

export interface DecideCash {
  readonly requestId: Id;
  /** Whose request it is. */
  readonly partyId: Id;
  readonly state: "confirmed" | "refused";
  readonly note: string | null;
  /** The admin; null where a payment provider says so itself. */
  readonly decidedById: Id | null;
}

/**
 * What became of a deposit or payout: a confirmed deposit reaches the wallet, a refused payout comes back to it.
 * Refuses `party_not_found`, `cash_request_not_found`, `cash_request_decided`.
 */
export const decideCash: Command<DecideCash, CashOutcome> = command({
  name: "decide_cash",
  loads: (input) => ({ parties: [input.partyId], cashRequests: [input.requestId] }),
  decide(book, { requestId, partyId, state, note, decidedById }) {
    const party = book.party(partyId);
    const before = book.cashRequests.get(requestId);
    if (before === undefined || before.partyId !== partyId) refuse("cash_request_not_found");
    if (before.state !== "requested") refuse("cash_request_decided", { details: { state: before.state } });
    const request: CashRequest = { ...before, state, note, decidedById, decidedAt: book.now };
    book.cashRequests.replace(requestId, request);
    if (request.kind === "deposit" && state === "confirmed") {
      book.transfer("deposit", platform("deposits"), wallet(party.id), request.amountCents, "usd", null);
    }
    if (request.kind === "payout" && state === "refused") {
      book.transfer("payout_return", platform("payouts"), wallet(party.id), request.amountCents, "usd", null);
    }
    return { request, balance: book.balance(party.id, "usd") };
  },
});
