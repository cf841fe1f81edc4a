import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { PartyKind } from "../model/party.ts";

export interface PartyName {
  readonly id: Id;
  readonly kind: PartyKind;
  readonly name: string;
}

/** What these parties are called, in no order; those that are not there are left out. */
export async function readPartyNames(pool: Pool, ids: readonly Id[]): Promise<PartyName[]> {
  const text = "select id, kind, name from parties where id = any($1)";
  const { rows } = await pool.query<PartyName>({ name: "party_names", text, values: [ids] });
  return rows;
}
