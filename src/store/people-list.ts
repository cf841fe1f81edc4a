import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";

/** Somebody who signs in, as an administrator sees them. */
export interface ListedPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly createdAt: Instant;
  /** Their sessions that have not ended. */
  readonly sessions: number;
  readonly organizations: readonly { readonly id: Id; readonly name: string; readonly role: "owner" | "member" }[];
}

export interface PeopleQuery {
  /** As `accountEmail` returns it; undefined: everybody. */
  readonly email: string | undefined;
  /** Only people who came before this one. */
  readonly beforeId: string | undefined;
  readonly limit: number;
}

/** A page of the people who sign in, the newest first. */
export async function readPeople(pool: Pool, { email, beforeId, limit }: PeopleQuery): Promise<ListedPerson[]> {
  const { rows } = await pool.query<ListedPerson>({
    name: "people_list",
    text: `select u.id, u.name, u.email, u."createdAt", s.sessions, o.organizations
      from (
        select id, name, email, "createdAt" from users
        where ($1::text is null or email = $1) and ($2::text is null or id < $2) order by id desc limit $3) u
      cross join lateral (
        select count(*)::integer as sessions from sessions where "userId" = u.id and "expiresAt" > now()) s
      cross join lateral (
        select coalesce(json_agg(json_build_object('id', p.id, 'name', p.name, 'role', m.role)
          order by m.created_at, p.id), '[]') as organizations
        from memberships m join parties p on p.id = m.organization_id where m.user_id = u.id) o
      order by u.id desc`,
    values: [email ?? null, beforeId ?? null, limit],
  });
  return rows;
}
