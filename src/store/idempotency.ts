import type { ClientBase, Pool } from "pg";
import type { RefusalCode, RefusalDetails } from "../model/errors.ts";

/** Who sent a POST and under which key. `scope` is the caller, so that keys of strangers never meet. */
export interface IdempotencyKey {
  readonly scope: string;
  readonly key: string;
  /** Digest of the request; the same key with another digest is a mismatch. */
  readonly fingerprint: string;
}

/** How a command ended, as it is replayed. */
export type Outcome =
  | { readonly result: unknown }
  | { readonly refused: { readonly code: RefusalCode; readonly message: string; readonly details: RefusalDetails } };

export interface StoredOutcome extends IdempotencyKey {
  readonly outcome: Outcome;
}

const readOutcomes = {
  name: "read_outcomes",
  text: `select i.scope, i.key, i.fingerprint, i.outcome from idempotency_keys i
    join json_to_recordset($1) as r(scope text, key text) on i.scope = r.scope and i.key = r.key`,
};
const writeOutcomes = {
  name: "write_outcomes",
  text: `insert into idempotency_keys (scope, key, fingerprint, outcome, created_at)
    select scope, key, fingerprint, outcome, now()
    from json_to_recordset($1) as r(scope text, key text, fingerprint text, outcome json)`,
};

/** The answers already given under these keys. */
export async function readStoredOutcomes(
  client: ClientBase,
  keys: readonly IdempotencyKey[],
): Promise<StoredOutcome[]> {
  if (keys.length === 0) return [];
  const { rows } = await client.query({ ...readOutcomes, values: [JSON.stringify(keys)] });
  return rows;
}

/** The answer already given under a key, outside any transaction; undefined if there is none. */
export async function findStoredOutcome(pool: Pool, key: IdempotencyKey): Promise<StoredOutcome | undefined> {
  const { rows } = await pool.query<StoredOutcome>({ ...readOutcomes, values: [JSON.stringify([key])] });
  return rows[0];
}

/**
 * Remembers answers, in the transaction of what they answer. Two servers that execute one key at the same moment collide
 * on the primary key here: one rolls back, tries again and then finds the other's answer.
 */
export function writeStoredOutcomes(client: ClientBase, outcomes: readonly StoredOutcome[]): Promise<unknown>[] {
  if (outcomes.length === 0) return [];
  return [client.query({ ...writeOutcomes, values: [JSON.stringify(outcomes)] })];
}

/** Forgets answers older than `hours`; returns how many. Source: 3-domain, "Rules everywhere" (24 h). */
export async function forgetOutcomes(pool: Pool, hours: number): Promise<number> {
  const { rowCount } = await pool.query(
    "delete from idempotency_keys where created_at < now() - $1 * interval '1 hour'",
    [hours],
  );
  return rowCount ?? 0;
}
