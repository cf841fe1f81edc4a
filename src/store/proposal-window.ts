import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { RankableTask } from "../model/ranking.ts";

/** So many of the newest tasks of a category are ranked; older ones follow by age, so that a page costs the same on any board. */
export const rankedPerCategory = 100;

/** Whose tasks of the board are read. */
export interface ProposalSeeker {
  readonly partyId: Id;
  /** Its organization, or itself: nobody competes for a task of their own side. */
  readonly side: Id;
  /** Only tasks of these. */
  readonly categories: readonly string[];
  /** Whether tasks are left out that it has made a proposal on. */
  readonly onlyNew: boolean;
}

export interface ProposalWindow {
  /** In no order. */
  readonly tasks: readonly RankableTask[];
  /** The oldest task that was looked at, for each category that has more. */
  readonly ends: readonly WindowEnd[];
  /** The newest task that was looked at, shown or not; null if there was none. */
  readonly newestId: Id | null;
}

export interface WindowEnd {
  readonly category: string;
  readonly id: Id;
}

/** $1: the seeker's side. Few, and there in the index. */
const ownParties = "array(select id from parties where id = $1 or organization_id = $1)";

/** Written out as the index `tasks_proposals_board` is. */
const onProposalBoard = "visibility = 'public' and intake = 'proposals' and state = 'open'";

/** Of a task on the board: paid for in US dollars, not over, not of the seeker's own side. $1 side, $2 now. */
const isShown = `currency = 'usd' and funding = 'escrow' and (expires_at is null or expires_at > $2)
  and poster_id <> all(${ownParties})`;

/** $3: the seeker, $4: whether only new. */
const isNew = (task: string): string =>
  `(not $4 or not exists (select from proposals p where p.task_id = ${task}.id and p.worker_id = $3))`;

interface WindowRow extends RankableTask {
  readonly isShown: boolean;
}

/**
 * The newest tasks of each category, not newer than `upToId`. How far a window reaches depends on the board alone, not on
 * who looks.
 */
export async function readProposalWindow(
  pool: Pool,
  seeker: ProposalSeeker,
  now: Instant,
  upToId: Id | null,
): Promise<ProposalWindow> {
  if (seeker.categories.length === 0) return { tasks: [], ends: [], newestId: null };
  const { rows } = await pool.query<WindowRow>({
    name: "proposal_window",
    text: `select t.id, t.category, t.required_capabilities as "requiredCapabilities", t.budget,
        t.created_at as "createdAt", ${isShown} and ${isNew("t")} as "isShown"
      from unnest($5::text[]) c(category)
      cross join lateral (
        select * from tasks
        where ${onProposalBoard} and category = c.category and ($6::uuid is null or id <= $6)
        order by id desc limit ${rankedPerCategory}) t`,
    values: [seeker.side, now, seeker.partyId, seeker.onlyNew, seeker.categories, upToId],
  });
  const byCategory = Map.groupBy(rows, ({ category }) => category);
  const ends = [...byCategory.values()].flatMap((found): WindowEnd[] => {
    const oldest = found.at(-1);
    return oldest === undefined || found.length < rankedPerCategory
      ? []
      : [{ category: oldest.category, id: oldest.id }];
  });
  return {
    tasks: rows.filter((row) => row.isShown).map(({ isShown: _, ...task }) => task),
    ends,
    newestId: newestOf(rows),
  };
}

/** The newest of these, or null. */
export function newestOf(rows: readonly { readonly id: Id }[]): Id | null {
  return rows.reduce<Id | null>((newest, { id }) => (newest === null || id > newest ? id : newest), null);
}

/** Which of the tasks behind a window are read: the newest first, after some that were skipped or after `beforeId`. */
export interface BehindQuery {
  readonly beforeId: Id | null;
  readonly offset: number;
  readonly limit: number;
}

/** Tasks older than those of a window, the newest first. Takes the longer the more are skipped. */
export async function readBehindWindow(
  pool: Pool,
  seeker: ProposalSeeker,
  now: Instant,
  ends: readonly WindowEnd[],
  { beforeId, offset, limit }: BehindQuery,
): Promise<RankableTask[]> {
  if (ends.length === 0 || limit === 0) return [];
  const { rows } = await pool.query<RankableTask>({
    name: "behind_proposal_window",
    text: `select t.id, t.category, t.required_capabilities as "requiredCapabilities", t.budget, t.created_at as "createdAt"
      from unnest($5::text[], $6::uuid[]) c(category, end_id)
      cross join lateral (
        select * from tasks
        where ${onProposalBoard} and category = c.category and id < least(c.end_id, $7::uuid) and ${isShown}
          and ${isNew("tasks")}
        order by id desc limit $8::bigint + $9::bigint) t
      order by t.id desc offset $8 limit $9`,
    values: [
      seeker.side,
      now,
      seeker.partyId,
      seeker.onlyNew,
      ends.map(({ category }) => category),
      ends.map(({ id }) => id),
      beforeId,
      offset,
      limit,
    ],
  });
  return rows;
}

/** More tasks than are ever over at once, unless no server takes jobs. */
const mostOverdue = 1_000;

/**
 * How many tasks a seeker could find over all pages: the board's own counts, without those of the seeker's side and those
 * whose time is over although the job that ends them has not come round yet.
 */
export async function countProposalBoard(pool: Pool, seeker: ProposalSeeker, now: Instant): Promise<number> {
  const { rows } = await pool.query<{ total: number }>({
    name: "count_proposal_board",
    text: `select greatest(0, (select coalesce(sum(open_count), 0) from board_counts where category = any($3))
        - (select count(*) from tasks where ${onProposalBoard} and category = any($3) and poster_id = any(${ownParties}))
        - (select count(*) from (
             select * from tasks where state in ('open', 'selecting') and expires_at is not null and expires_at <= $2
             order by expires_at limit ${mostOverdue}) overdue
           where ${onProposalBoard} and category = any($3) and poster_id <> all(${ownParties})))::bigint as total`,
    values: [seeker.side, now, seeker.categories],
  });
  return rows[0]?.total ?? 0;
}
