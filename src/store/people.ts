import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";

/** Somebody who signs in, as signing in needs to know them. */
export interface Account {
  readonly userId: string;
  /** null: no password has been set. */
  readonly passwordHash: string | null;
  /** The organization they have belonged to longest; null: none. */
  readonly organizationId: Id | null;
  readonly organizationShortId: string | null;
}

/** A person's account by e-mail address (as `accountEmail` returns it), or undefined. */
export async function findAccount(pool: Pool, email: string): Promise<Account | undefined> {
  const { rows } = await pool.query<Account>({
    name: "find_account",
    text: `select u.id as "userId", a.password as "passwordHash", o.id as "organizationId",
        o.short_id as "organizationShortId"
      from users u
      left join accounts a on a."providerId" = 'credential' and a."accountId" = u.id
      left join lateral (
        select p.id, p.short_id from memberships m join parties p on p.id = m.organization_id
        where m.user_id = u.id order by m.created_at, p.id limit 1) o on true
      where u.email = $1`,
    values: [email],
  });
  return rows[0];
}

/** A person by id: their name, whether they belong anywhere, and the hash of their password. */
export async function readPerson(
  pool: Pool,
  userId: string,
): Promise<{ name: string; passwordHash: string | null; organizationId: Id | null } | undefined> {
  const { rows } = await pool.query({
    name: "read_person",
    text: `select u.name, a.password as "passwordHash",
        (select m.organization_id from memberships m where m.user_id = u.id
         order by m.created_at, m.organization_id limit 1) as "organizationId"
      from users u left join accounts a on a."providerId" = 'credential' and a."accountId" = u.id
      where u.id = $1`,
    values: [userId],
  });
  return rows[0];
}

/** Whether anybody who signs in belongs to this organization. */
export async function hasMembers(pool: Pool, organizationId: Id): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>({
    name: "has_members",
    text: "select exists (select from memberships where organization_id = $1) as found",
    values: [organizationId],
  });
  return rows[0]?.found ?? false;
}

/**
 * Sets a person's password and ends their sessions but the one named. `expectedHash` is what it was compared with: if it
 * has changed meanwhile nothing is written and the answer is false.
 */
export async function writePassword(
  pool: Pool,
  password: {
    readonly id: string;
    readonly userId: string;
    readonly hash: string;
    readonly expectedHash: string | null;
  },
  keptSessionToken: string | null,
): Promise<boolean> {
  const { rows } = await pool.query<{ written: boolean }>({
    name: "write_password",
    text: `with written as (
        insert into accounts as a (id, "userId", "accountId", "providerId", password)
        values ($1, $2, $2, 'credential', $3)
        on conflict ("providerId", "accountId") do update set password = $3, "updatedAt" = now()
        where a.password is not distinct from $4
        returning 1
      ), ended as (
        delete from sessions where "userId" = $2 and token is distinct from $5 and exists (select from written)
      )
      select exists (select from written) as written`,
    values: [password.id, password.userId, password.hash, password.expectedHash, keptSessionToken],
  });
  return rows[0]?.written ?? false;
}
