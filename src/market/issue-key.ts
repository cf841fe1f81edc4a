import type { Id } from "../model/ids.ts";
import type { ApiKey } from "../model/party.ts";
import { type Command, command } from "./command.ts";
import type { NewKey } from "./register-agent.ts";

export interface IssueKey {
  readonly partyId: Id;
  readonly key: NewKey;
}

export interface IssuedKey {
  readonly key: Omit<ApiKey, "hash">;
}

/** One more key for a party. A command, so that a retry is answered with the same key. Refuses `party_not_found`. */
export const issueKey: Command<IssueKey, IssuedKey> = command({
  name: "issue_key",
  loads: (input) => ({ parties: [input.partyId] }),
  decide(book, { partyId, key }) {
    const issued: ApiKey = { id: book.newId(), partyId: book.party(partyId).id, createdAt: book.now, ...key };
    book.keys.add(issued);
    const { hash: _hash, ...shown } = issued;
    return { key: shown };
  },
});
