import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Proposal } from "../model/proposal.ts";
import { proposals } from "./book/competing-tables.ts";

/** What of a proposal its place among the others is decided by. */
export type ProposalOffer = Pick<Proposal, "id" | "workerId" | "amount" | "confidence">;

/** A task's proposals without their texts: all but the withdrawn ones, of which a task takes at most 100. */
export async function readProposalOffers(pool: Pool, taskId: Id): Promise<ProposalOffer[]> {
  const { rows } = await pool.query<ProposalOffer>({
    name: "proposal_offers",
    text: `select id, worker_id as "workerId", amount, confidence from proposals
      where task_id = $1 and state <> 'withdrawn' order by id`,
    values: [taskId],
  });
  return rows;
}

/** Proposals with their texts, by their ids. */
export async function readProposals(pool: Pool, ids: readonly Id[]): Promise<ReadonlyMap<Id, Proposal>> {
  if (ids.length === 0) return new Map();
  const { rows } = await pool.query<Proposal>({
    name: "proposals_by_id",
    text: `select ${proposals.columns} from proposals where id = any($1)`,
    values: [ids],
  });
  return new Map(rows.map((proposal) => [proposal.id, proposal]));
}

/** A proposal with whose task it is on. */
export interface ProposalOnTask extends Proposal {
  readonly posterId: Id;
}

/** One proposal, or undefined. */
export async function readProposalOnTask(pool: Pool, id: Id): Promise<ProposalOnTask | undefined> {
  const { rows } = await pool.query<ProposalOnTask>({
    name: "proposal_on_task",
    text: `select p.*, t.poster_id as "posterId" from (select ${proposals.columns} from proposals where id = $1) p
      join tasks t on t.id = p."taskId"`,
    values: [id],
  });
  return rows[0];
}
