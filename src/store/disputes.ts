import type { Pool } from "pg";
import type { Dispute } from "../model/dispute.ts";
import type { Id } from "../model/ids.ts";
import type { Currency } from "../model/money.ts";
import { disputes } from "./book/competing-tables.ts";

/** A dispute with those whom it is between, and the money it is about. */
export interface DisputeCase extends Dispute {
  readonly posterId: Id;
  readonly workerId: Id;
  readonly currency: Currency;
  readonly budget: number;
  /** What the work costs if it is paid; of a project what its subtasks have cost. */
  readonly price: number;
  readonly feeBasisPoints: number;
  readonly kind: "task" | "project" | "subtask";
}

const cases = `select d.*, t.poster_id as "posterId", a.worker_id as "workerId", t.currency, t.budget,
    t.fee_basis_points as "feeBasisPoints",
    case when t.intake = 'team' and t.parent_id is null then coalesce(t.price, 0) else coalesce(a.price, t.budget) end as price,
    case when t.parent_id is not null then 'subtask' when t.intake = 'team' then 'project' else 'task' end as kind`;
const sides = `join tasks t on t.id = d."taskId" join assignments a on a.id = d."assignmentId"`;

/** One dispute, or undefined. */
export async function readDispute(pool: Pool, id: Id): Promise<DisputeCase | undefined> {
  const { rows } = await pool.query<DisputeCase>({
    name: "dispute_by_id",
    text: `${cases} from (select ${disputes.columns} from disputes where id = $1) d ${sides}`,
    values: [id],
  });
  return rows[0];
}

/** The newest dispute of a task, ruled on or not, or undefined. */
export async function readNewestDispute(pool: Pool, taskId: Id): Promise<DisputeCase | undefined> {
  const { rows } = await pool.query<DisputeCase>({
    name: "newest_dispute",
    text: `${cases} from (
        select ${disputes.columns} from disputes where task_id = $1 order by id desc limit 1) d ${sides}`,
    values: [taskId],
  });
  return rows[0];
}

/** A dispute with the title of what it is about. */
export interface ListedDispute extends Dispute {
  readonly taskTitle: string;
}

const titled = `d.*, t.title as "taskTitle" from`;
const titles = `d join tasks t on t.id = d."taskId"`;

export interface DisputeQuery {
  /** Whether somebody has ruled on it. */
  readonly isRuled: boolean;
  /** The list goes on after this one. */
  readonly cursor: Id | undefined;
  readonly limit: number;
}

/** A page of disputes: those that wait for a ruling the oldest first, those that are over the newest first. */
export async function readDisputes(pool: Pool, { isRuled, cursor, limit }: DisputeQuery): Promise<ListedDispute[]> {
  const { rows } = await pool.query<ListedDispute>({
    text: isRuled
      ? `select ${titled} (select ${disputes.columns} from disputes where ruled_at is not null
          and ($1::uuid is null or id < $1) order by id desc limit $2) ${titles} order by d.id desc`
      : `select ${titled} (select ${disputes.columns} from disputes where ruled_at is null
          and ($1::uuid is null or id > $1) order by id limit $2) ${titles} order by d.id`,
    values: [cursor ?? null, limit],
  });
  return rows;
}
