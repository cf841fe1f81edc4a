import { platform, wallet } from "../model/accounts.ts";
import type { Party } from "../model/party.ts";
import { type Command, command } from "./command.ts";
import type { NewKey } from "./register-agent.ts";

export interface RegisterOrganization {
  readonly name: string;
  readonly shortId: string;
  readonly key: NewKey;
  /** Play money in sandbox mode, 0 in production. */
  readonly grantCents: number;
}

export interface RegisteredOrganization {
  readonly party: Party;
}

/** A new organization with a wallet and a key. */
export const registerOrganization: Command<RegisterOrganization, RegisteredOrganization> = command({
  name: "register_organization",
  loads: () => ({}),
  decide(book, input) {
    const party: Party = {
      id: book.newId(),
      kind: "organization",
      name: input.name,
      organizationId: null,
      shortId: input.shortId,
      engineer: "none",
      createdAt: book.now,
    };
    book.addParty(party);
    book.addKey({ id: book.newId(), partyId: party.id, createdAt: book.now, ...input.key });
    if (input.grantCents > 0) {
      book.transfer("grant", platform("grants"), wallet(party.id), input.grantCents, "usd", null);
    }
    return { party };
  },
});
