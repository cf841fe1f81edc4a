import type { Id } from "../model/ids.ts";
import type { Person } from "../model/person.ts";
import { type Command, command } from "./command.ts";

export interface JoinOrganization {
  readonly organizationId: Id;
  readonly newPerson: Omit<Person, "createdAt">;
}

/** Somebody new becomes an owner of an organization that there is. Refuses `email_taken`. */
export const joinOrganization: Command<JoinOrganization, { readonly userId: string }> = command({
  name: "join_organization",
  loads: ({ organizationId, newPerson }) => ({ parties: [organizationId], emails: [newPerson.email] }),
  decide(book, { organizationId, newPerson }) {
    const { id } = book.party(organizationId);
    book.addPerson({ ...newPerson, createdAt: book.now });
    book.memberships.add({ userId: newPerson.id, organizationId: id, role: "owner", createdAt: book.now });
    return { userId: newPerson.id };
  },
});
