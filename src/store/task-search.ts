import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Currency } from "../model/money.ts";
import type { Task, TaskState } from "../model/task.ts";
import { tasks } from "./book/tables.ts";

type BoardIntake = "claim" | "proposals";

/** What narrows a list of tasks down. */
export interface TaskFilter {
  /** Only one half of the board. */
  readonly intake: BoardIntake | undefined;
  readonly currency: Currency | undefined;
  /** Only tasks that require this. */
  readonly capability: string | undefined;
  readonly category: string | undefined;
  /** Only tasks older than this one. */
  readonly beforeId: Id | undefined;
}

export interface TaskSearch extends TaskFilter {
  /** The board; or the tasks that a party has posted or worked on. */
  readonly among: "board" | { readonly postedBy: Id } | { readonly workedBy: Id };
  readonly state: TaskState | undefined;
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

/** As `stateGroups`. Each half of the board has indexes of its own. */
const boardHalves: Readonly<Record<BoardIntake, string>> = {
  claim: "t.visibility = 'public' and t.intake = 'claim'",
  proposals: "t.visibility = 'public' and t.intake = 'proposals'",
};

/** Conditions on `tasks t`, with the values they name. */
class Conditions {
  readonly values: unknown[] = [];
  readonly #texts: string[] = [];

  /** A value's place in the statement. */
  parameter(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  add(text: string): void {
    this.#texts.push(text);
  }

  addFilter({ currency, capability, category, beforeId }: TaskFilter): void {
    if (currency !== undefined) this.add(`t.currency = ${this.parameter(currency)}`);
    if (capability !== undefined) this.add(`t.required_capabilities @> ${this.parameter([capability])}::text[]`);
    if (category !== undefined) this.add(`t.category = ${this.parameter(category)}`);
    if (beforeId !== undefined) this.add(`t.id < ${this.parameter(beforeId)}::uuid`);
  }

  /** All of them, with one more where there is one. */
  and(another?: string): string {
    return [...(another === undefined ? [] : [another]), ...this.#texts].join(" and ");
  }
}

/** A page of tasks, the newest first. */
export async function searchTasks(pool: Pool, search: TaskSearch): Promise<FoundTask[]> {
  const { among, state, intake } = search;
  const where = new Conditions();
  const limit = where.parameter(search.limit);
  if (state !== undefined) where.add(stateGroups[state]);
  if (among !== "board") {
    if (intake !== undefined) where.add(`t.intake = ${where.parameter(intake)}`);
    if ("postedBy" in among) where.add(`t.poster_id = ${where.parameter(among.postedBy)}`);
    else where.add(`t.id in (select task_id from assignments where worker_id = ${where.parameter(among.workedBy)})`);
  }
  where.addFilter(search);
  const newest = (half?: string): string =>
    `(select ${tasks.columns} from tasks t where ${where.and(half)} order by t.id desc limit ${limit})`;
  const found = among === "board" ? halvesOf(intake).map((half) => newest(half)) : [newest()];
  return readFound(pool, found.join(" union all "), limit, where.values);
}

/** Conditions for the halves of the board, which are read side by side, each from its own index. */
export function halvesOf(intake: BoardIntake | undefined): readonly string[] {
  return intake === undefined ? Object.values(boardHalves) : [boardHalves[intake]];
}

/** The newest of the tasks that `found` selects as the book has them, with who works on them. */
export async function readFound(
  pool: Pool,
  found: string,
  limit: string,
  values: readonly unknown[],
): Promise<FoundTask[]> {
  const { rows } = await pool.query<FoundTask>(
    `select t.*, w.worker_id as "workerId" from (select * from (${found}) t order by id desc limit ${limit}) t
     left join lateral (
       select a.worker_id from assignments a
       where a.task_id = t.id and a.state in ('active', 'submitted', 'accepted', 'revision')
       order by a.id desc limit 1) w on true
     order by t.id desc`,
    [...values],
  );
  return rows;
}
