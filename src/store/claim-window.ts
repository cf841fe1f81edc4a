import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import { addMinutes, type Instant } from "../model/instant.ts";
import type { RankableTask } from "../model/ranking.ts";
import { isFree, onClaimBoard, ownSide, restMinutes, type WorkSeeker } from "./open-work.ts";
import { newestOf } from "./proposal-window.ts";

/** So many of the board's newest tasks are looked at to be ranked; older ones follow by age. */
export const lookedAtClaims = 500;

export interface ClaimWindow {
  /** In no order. */
  readonly tasks: readonly RankableTask[];
  /** The oldest task that was looked at; null if that is all there is. */
  readonly endId: Id | null;
  /** The newest task that was looked at, shown or not; null if there was none. */
  readonly newestId: Id | null;
}

/** The newest tasks of the board, not newer than `upToId`: those of them that the seeker may take now. */
export async function readClaimWindow(
  pool: Pool,
  seeker: WorkSeeker,
  now: Instant,
  upToId: Id | null,
): Promise<ClaimWindow> {
  if (seeker.board === null) return { tasks: [], endId: null, newestId: null };
  const { rows } = await pool.query<RankableTask & { readonly isShown: boolean }>({
    name: "claim_window",
    text: `select t.id, t.category, t.required_capabilities as "requiredCapabilities", t.budget,
        t.created_at as "createdAt",
        ${isFree} and ${ownSide} <> $2 and ($5::text[] is null or t.required_capabilities <@ $5) as "isShown"
      from (select * from tasks t where ${onClaimBoard} and ($6::uuid is null or t.id <= $6)
        order by t.id desc limit ${lookedAtClaims}) t
      join parties p on p.id = t.poster_id`,
    values: [
      seeker.partyId,
      seeker.organizationId ?? seeker.partyId,
      now,
      addMinutes(now, -restMinutes),
      seeker.board === "all" ? null : seeker.board,
      upToId,
    ],
  });
  const oldestId = rows.reduce<Id | null>((oldest, { id }) => (oldest === null || id < oldest ? id : oldest), null);
  return {
    tasks: rows.filter((row) => row.isShown).map(({ isShown: _, ...task }) => task),
    endId: rows.length < lookedAtClaims ? null : oldestId,
    newestId: newestOf(rows),
  };
}
