import { platform, wallet } from "../model/accounts.ts";
import type { Party } from "../model/party.ts";
import type { Person } from "../model/person.ts";
import type { Book } from "./book.ts";
import { type Command, command } from "./command.ts";
import type { NewKey } from "./register-agent.ts";

export interface RegisterOrganization {
  readonly name: string;
  readonly shortId: string;
  /** null: none yet. */
  readonly key: NewKey | null;
  /** Who it belongs to; absent where no person is known. */
  readonly owner?: OrganizationOwner;
  /** Play money in sandbox mode, 0 in production. */
  readonly grantCents: number;
}

/** Somebody who is new too, or a person there is already. */
export type OrganizationOwner = { readonly newPerson: Omit<Person, "createdAt"> } | { readonly userId: string };

export interface RegisteredOrganization {
  readonly party: Party;
  /** The owner's id; null where no person is known. */
  readonly userId: string | null;
}

/** A new organization with a wallet and, if asked for, its owner and a key. Refuses `email_taken`. */
export const registerOrganization: Command<RegisterOrganization, RegisteredOrganization> = command({
  name: "register_organization",
  loads: ({ owner }) => (owner !== undefined && "newPerson" in owner ? { emails: [owner.newPerson.email] } : {}),
  decide(book, input) {
    const party: Party = {
      id: book.newId(),
      kind: "organization",
      name: input.name,
      organizationId: null,
      shortId: input.shortId,
      engineer: "none",
      approval: "none",
      pausedAt: null,
      createdAt: book.now,
    };
    book.addParty(party);
    const userId = input.owner === undefined ? null : addOwner(book, party, input.owner);
    if (input.key !== null) book.keys.add({ id: book.newId(), partyId: party.id, createdAt: book.now, ...input.key });
    if (input.grantCents > 0) {
      book.transfer("grant", platform("grants"), wallet(party.id), input.grantCents, "usd", null);
    }
    return { party, userId };
  },
});

function addOwner(book: Book, party: Party, owner: OrganizationOwner): string {
  if ("newPerson" in owner) book.addPerson({ ...owner.newPerson, createdAt: book.now });
  const userId = "newPerson" in owner ? owner.newPerson.id : owner.userId;
  book.memberships.add({ userId, organizationId: party.id, role: "owner", createdAt: book.now });
  return userId;
}
