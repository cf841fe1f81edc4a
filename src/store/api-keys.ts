import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { KeyRole } from "../model/party.ts";
import type { SpendingLimits } from "../model/spending.ts";

/** A key as its owner sees it afterwards. */
export interface KeyInfo extends SpendingLimits {
  readonly id: Id;
  readonly partyId: Id;
  readonly userId: string | null;
  readonly label: string;
  readonly prefix: string;
  readonly role: KeyRole;
  /** The key whose spending this one's is added to, because it replaced it; null: its own. */
  readonly spendsAs: Id | null;
  readonly createdAt: Instant;
  readonly lastUsedAt: Instant | null;
}

const columns = `k.id, k.party_id as "partyId", k.user_id as "userId", k.label, k.prefix, k.role,
  k.daily_cents as "dailyCents", k.daily_credits as "dailyCredits", k.spends_as as "spendsAs",
  k.created_at as "createdAt", k.last_used_at as "lastUsedAt"`;

export interface KeyQuery {
  readonly partyId: Id;
  /** Only keys older than this one. */
  readonly beforeId: Id | undefined;
  readonly limit: number;
}

/** A page of the keys that work for a party, the newest first. */
export async function readKeys(pool: Pool, { partyId, beforeId, limit }: KeyQuery): Promise<KeyInfo[]> {
  const { rows } = await pool.query<KeyInfo>({
    name: "keys_of_party",
    text: `select ${columns} from api_keys k
      where k.party_id = $1 and k.revoked_at is null and ($2::uuid is null or k.id < $2) order by k.id desc limit $3`,
    values: [partyId, beforeId ?? null, limit],
  });
  return rows;
}

/**
 * A key of this party or of an agent it operates; undefined if there is none. One that is revoked only if asked for.
 */
export async function readManagedKey(
  pool: Pool,
  keyId: Id,
  managerId: Id,
  { revokedToo = false } = {},
): Promise<KeyInfo | undefined> {
  const { rows } = await pool.query<KeyInfo>({
    name: "managed_key",
    text: `select ${columns} from api_keys k join parties p on p.id = k.party_id
      where k.id = $1 and (p.id = $2 or p.organization_id = $2) and ($3 or k.revoked_at is null)`,
    values: [keyId, managerId, revokedToo],
  });
  return rows[0];
}

/** From the next request on the key is one that no one holds. */
export async function revokeKey(pool: Pool, keyId: Id): Promise<void> {
  await pool.query("update api_keys set revoked_at = now() where id = $1 and revoked_at is null", [keyId]);
}

/** The person behind a key, as far as others may know. */
export interface PersonInfo {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

export async function readPerson(pool: Pool, userId: string): Promise<PersonInfo | undefined> {
  const { rows } = await pool.query<PersonInfo>("select id, name, email from users where id = $1", [userId]);
  return rows[0];
}

/** The administrators' organization: whose admin key was the first; undefined before the first start. */
export async function readAdministrators(pool: Pool): Promise<Id | undefined> {
  const { rows } = await pool.query<{ partyId: Id }>(
    `select party_id as "partyId" from api_keys where role = 'admin' order by id limit 1`,
  );
  return rows[0]?.partyId;
}
