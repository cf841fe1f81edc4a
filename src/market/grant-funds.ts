import { platform, wallet } from "../model/accounts.ts";
import type { Id } from "../model/ids.ts";
import type { Currency } from "../model/money.ts";
import { type Command, command } from "./command.ts";

export interface GrantFunds {
  readonly partyId: Id;
  readonly currency: Currency;
  /** Cents or whole credits. */
  readonly amount: number;
}

/** The platform gives a party money. Refuses `party_not_found`. */
export const grantFunds: Command<GrantFunds, { readonly balance: number }> = command({
  name: "grant_funds",
  loads: (input) => ({ parties: [input.partyId] }),
  decide(book, { partyId, currency, amount }) {
    const party = book.party(partyId);
    book.transfer("grant", platform("grants"), wallet(party.id), amount, currency, null);
    return { balance: book.balance(party.id, currency) };
  },
});
