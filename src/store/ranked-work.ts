import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import {
  compareRanked,
  type Rank,
  type RankableTask,
  type RankingSeeker,
  type RankPlace,
  rankTask,
} from "../model/ranking.ts";
import type { Task } from "../model/task.ts";
import { tasks } from "./book/tables.ts";
import { type ClaimWindow, readClaimWindow } from "./claim-window.ts";
import { readOpenWork, type WorkSeeker } from "./open-work.ts";
import { newestOf, type ProposalWindow, readBehindWindow, readProposalWindow } from "./proposal-window.ts";

/** Somebody who looks for work on the board. */
export interface BoardSeeker extends WorkSeeker {
  readonly ranking: RankingSeeker;
  /** It may propose on tasks of these categories; none: it may not propose. */
  readonly proposalCategories: readonly string[];
}

/**
 * How far somebody has read. First comes what is ranked: of all that was on the board when they began (`newestId`; null:
 * they begin now), the newest. Then what is older, the newest first.
 */
export type BoardPlace =
  | { readonly part: "ranked"; readonly newestId: Id | null; readonly after: RankPlace | null }
  | { readonly part: "older"; readonly newestId: Id; readonly beforeId: Id };

export const boardStart: BoardPlace = { part: "ranked", newestId: null, after: null };

export interface RankedWork {
  readonly task: Task;
  readonly rank: Rank;
}

export interface RankedWorkPage {
  readonly items: readonly RankedWork[];
  /** Where the page ends; null if there is nothing behind it. */
  readonly next: BoardPlace | null;
}

interface Place {
  readonly id: Id;
  readonly rank: Rank;
  readonly part: BoardPlace["part"];
}

/**
 * A page of the board's tasks that the seeker may take at once, and of those it may propose on. The order is kept from
 * page to page: what is posted meanwhile is not in it, and what leaves meanwhile may let another slip through unseen.
 */
export async function readRankedWork(
  pool: Pool,
  seeker: BoardSeeker,
  now: Instant,
  from: BoardPlace,
  limit: number,
): Promise<RankedWorkPage> {
  const { proposalCategories } = seeker;
  const proposer = {
    partyId: seeker.partyId,
    side: seeker.organizationId ?? seeker.partyId,
    categories: proposalCategories,
    onlyNew: true,
  };
  const [claims, proposals] = await Promise.all([
    readClaimWindow(pool, seeker, now, from.newestId),
    readProposalWindow(pool, proposer, now, from.newestId),
  ]);
  const newestId = from.newestId ?? newestOf(newestIdsOf(claims, proposals));
  if (newestId === null) return { items: [], next: null };
  const rank = (task: RankableTask): Rank => rankTask(task, seeker.ranking, now);
  const places: Place[] = from.part === "ranked" ? rankedAfter(from.after) : [];
  if (places.length <= limit) places.push(...(await olderPlaces(limit + 1 - places.length)));
  const shown = places.slice(0, limit);
  return {
    items: await readItems(pool, shown),
    next: places.length > limit ? nextPlace(shown.at(-1), newestId, from) : null,
  };

  function rankedAfter(after: RankPlace | null): Place[] {
    const all = [...claims.tasks, ...proposals.tasks].map((task) => ({ id: task.id, rank: rank(task) }));
    return all
      .filter((each) => after === null || compareRanked(after, placeOf(each)) < 0)
      .sort((a, b) => compareRanked(placeOf(a), placeOf(b)))
      .slice(0, limit + 1)
      .map((each) => ({ ...each, part: "ranked" }));
  }

  async function olderPlaces(count: number): Promise<Place[]> {
    const beforeId = from.part === "older" ? from.beforeId : null;
    const [olderClaims, olderProposals] = await Promise.all([
      claims.endId === null
        ? []
        : readOpenWork(pool, seeker, now, { part: "board", afterId: older(claims.endId, beforeId), limit: count }),
      readBehindWindow(pool, proposer, now, proposals.ends, { beforeId, offset: 0, limit: count }),
    ]);
    return [...olderClaims, ...olderProposals]
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, count)
      .map((task) => ({ id: task.id, rank: rank(task), part: "older" }));
  }
}

function newestIdsOf(...windows: readonly (ClaimWindow | ProposalWindow)[]): { readonly id: Id }[] {
  return windows.flatMap(({ newestId }) => (newestId === null ? [] : [{ id: newestId }]));
}

function placeOf({ id, rank }: { readonly id: Id; readonly rank: Rank }): RankPlace {
  return { id, score: rank.score };
}

function older(a: Id, b: Id | null): Id {
  return b === null || a < b ? a : b;
}

function nextPlace(last: Place | undefined, newestId: Id, from: BoardPlace): BoardPlace {
  if (last === undefined) return from;
  if (last.part === "older") return { part: "older", newestId, beforeId: last.id };
  return { part: "ranked", newestId, after: placeOf(last) };
}

const readTasks = {
  name: "ranked_tasks",
  text: `select ${tasks.columns} from tasks where id = any($1) and state = 'open'`,
};

/** The tasks in these places, but for those that have left the board since they were ranked. */
async function readItems(pool: Pool, places: readonly Place[]): Promise<RankedWork[]> {
  if (places.length === 0) return [];
  const { rows } = await pool.query<Task>({ ...readTasks, values: [places.map(({ id }) => id)] });
  const byId = new Map(rows.map((task) => [task.id, task]));
  return places.flatMap(({ id, rank }) => {
    const task = byId.get(id);
    return task === undefined ? [] : [{ task, rank }];
  });
}
