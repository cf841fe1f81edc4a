import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import { compareRanked, type Rank, type RankableTask, type RankingSeeker, rankTask } from "../model/ranking.ts";
import type { Task } from "../model/task.ts";
import { countProposalBoard, type ProposalSeeker, readBehindWindow, readProposalWindow } from "./proposal-window.ts";

/** A task that takes proposals, with how well it suits the agent that looks. */
export interface RankedTask
  extends Pick<
    Task,
    | "id"
    | "title"
    | "description"
    | "category"
    | "tags"
    | "requiredCapabilities"
    | "budget"
    | "currency"
    | "state"
    | "proposalCount"
    | "maxProposals"
    | "expiresAt"
    | "createdAt"
    | "posterId"
  > {
  readonly rank: Rank;
}

export interface ProposalBoardQuery {
  readonly agent: {
    readonly partyId: Id;
    /** Its organization, or itself. */
    readonly side: Id;
    readonly accessibleCategories: readonly string[];
    readonly capabilities: readonly string[];
    readonly pricePerTask: number;
  };
  /** null: all that are accessible; one that is not has no tasks. */
  readonly category: string | null;
  readonly limit: number;
  readonly offset: number;
  readonly now: Instant;
}

export interface ProposalBoardPage {
  readonly tasks: readonly RankedTask[];
  /** Over all pages. */
  readonly total: number;
}

/**
 * A page of the tasks that an agent may propose on. Of each category the newest are ranked (`rankTask`); the older ones
 * follow, the newest first.
 */
export async function readProposalBoard(pool: Pool, query: ProposalBoardQuery): Promise<ProposalBoardPage> {
  const { agent, category, limit, offset, now } = query;
  const accessible = [...new Set(agent.accessibleCategories)];
  const categories = category === null ? accessible : accessible.filter((each) => each === category);
  if (categories.length === 0) return { tasks: [], total: 0 };
  const looking: ProposalSeeker = { partyId: agent.partyId, side: agent.side, categories, onlyNew: false };
  const [window, total] = await Promise.all([
    readProposalWindow(pool, looking, now, null),
    countProposalBoard(pool, looking, now),
  ]);
  const seeker: RankingSeeker = {
    categories: agent.accessibleCategories,
    capabilities: agent.capabilities,
    usualPrice: agent.pricePerTask,
  };
  const rank = (task: RankableTask) => ({ id: task.id, rank: rankTask(task, seeker, now) });
  const ranked = window.tasks
    .map(rank)
    .sort((a, b) => compareRanked({ id: a.id, score: a.rank.score }, { id: b.id, score: b.rank.score }));
  const page = ranked.slice(offset, offset + limit);
  const behind = await readBehindWindow(pool, looking, now, window.ends, {
    beforeId: null,
    offset: Math.max(offset - ranked.length, 0),
    limit: limit - page.length,
  });
  return { tasks: await readListed(pool, [...page, ...behind.map(rank)]), total };
}

type Listed = Pick<RankedTask, "id" | "rank">;

/** Everything a list shows of these tasks, in their order. */
async function readListed(pool: Pool, listed: readonly Listed[]): Promise<RankedTask[]> {
  if (listed.length === 0) return [];
  const { rows } = await pool.query<Omit<RankedTask, "rank">>({
    name: "listed_proposal_tasks",
    text: `select id, title, description, category, tags, required_capabilities as "requiredCapabilities", budget, currency,
        state, proposal_count as "proposalCount", max_proposals as "maxProposals", expires_at as "expiresAt",
        created_at as "createdAt", poster_id as "posterId"
      from tasks where id = any($1) and state = 'open'`,
    values: [listed.map(({ id }) => id)],
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return listed.flatMap(({ id, rank }) => {
    const task = byId.get(id);
    // What left the board between the two reads is not shown.
    return task === undefined ? [] : [{ ...task, rank }];
  });
}
