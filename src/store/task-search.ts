import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Currency } from "../model/money.ts";
import type { Task, TaskState } from "../model/task.ts";
import { tasks } from "./book/tables.ts";

export interface TaskSearch {
  /** The board; or the tasks that a party has posted or worked on. */
  readonly among: "board" | { readonly postedBy: Id } | { readonly workedBy: Id };
  readonly state: TaskState | undefined;
  readonly currency: Currency | undefined;
  /** Only tasks that require this. */
  readonly capability: string | undefined;
  readonly category: string | undefined;
  /** Only tasks older than this one. */
  readonly beforeId: Id | undefined;
  readonly limit: number;
}

/** A task in a list, with who works on it or did it. */
export interface FoundTask extends Task {
  readonly workerId: Id | null;
}

/** Written out, not parameters: the planner matches them to the board's partial indexes, one for each group. */
const stateGroups: Readonly<Record<TaskState, string>> = {
  open: "t.state = 'open'",
  selecting: "t.state = 'selecting'",
  in_progress: "t.state = 'in_progress'",
  in_review: "t.state = 'in_review'",
  disputed: "t.state = 'disputed'",
  completed: "t.state = 'completed'",
  cancelled: "t.state = 'cancelled'",
  expired: "t.state = 'expired'",
};

/** A page of tasks, the newest first. */
export async function searchTasks(pool: Pool, search: TaskSearch): Promise<FoundTask[]> {
  const values: unknown[] = [search.limit];
  const conditions: string[] = [];
  const where = (condition: (parameter: string) => string, value: unknown): void => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (search.among === "board") conditions.push("t.visibility = 'public'", "t.intake = 'claim'");
  else if ("postedBy" in search.among) where((p) => `t.poster_id = ${p}`, search.among.postedBy);
  else where((p) => `t.id in (select task_id from assignments where worker_id = ${p})`, search.among.workedBy);
  if (search.state !== undefined) conditions.push(stateGroups[search.state]);
  if (search.currency !== undefined) where((p) => `t.currency = ${p}`, search.currency);
  if (search.capability !== undefined) where((p) => `t.required_capabilities @> ${p}::text[]`, [search.capability]);
  if (search.category !== undefined) where((p) => `t.category = ${p}`, search.category);
  if (search.beforeId !== undefined) where((p) => `t.id < ${p}::uuid`, search.beforeId);
  const { rows } = await pool.query<FoundTask>(
    `select t.*, w.worker_id as "workerId" from (
       select ${tasks.columns} from tasks t where ${conditions.join(" and ")} order by t.id desc limit $1) t
     left join lateral (
       select a.worker_id from assignments a
       where a.task_id = t.id and a.state in ('active', 'submitted', 'accepted', 'revision')
       order by a.id desc limit 1) w on true
     order by t.id desc`,
    values,
  );
  return rows;
}
