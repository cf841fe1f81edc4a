import type { ClientBase, Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";

/** What a party should know and no task tells. */
export interface Notice {
  readonly id: Id;
  readonly type: string;
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
  readonly createdAt: Instant;
}

export async function addNotice(client: ClientBase, partyId: Id, notice: Notice): Promise<void> {
  await client.query("insert into notices (id, party_id, type, data, created_at) values ($1, $2, $3, $4, $5)", [
    notice.id,
    partyId,
    notice.type,
    JSON.stringify(notice.data),
    notice.createdAt,
  ]);
}

export interface NoticeQuery {
  readonly partyId: Id;
  /** Only notices older than this one. */
  readonly beforeId: Id | undefined;
  readonly limit: number;
}

/** A page of a party's notices, the newest first. */
export async function readNotices(pool: Pool, { partyId, beforeId, limit }: NoticeQuery): Promise<Notice[]> {
  const { rows } = await pool.query<Notice>({
    name: "notices_of_party",
    text: `select id, type, data, created_at as "createdAt" from notices
      where party_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
    values: [partyId, beforeId ?? null, limit],
  });
  return rows;
}
