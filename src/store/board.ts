import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Currency } from "../model/money.ts";
import { type TaskView, taskViewColumns, type ViewerId } from "./task-views.ts";

/** Which part of the board: every public task is in exactly one, and each has its own index. */
type BoardSection = "open" | "assigned" | "completed" | "cancelled";

export interface BoardQuery {
  /** undefined: all sections. */
  readonly section: BoardSection | undefined;
  /** undefined: all currencies. */
  readonly currency: Currency | undefined;
  /** Only tasks that require this. */
  readonly capability: string | undefined;
  /** Only tasks older than this one. */
  readonly beforeId: Id | undefined;
  readonly limit: number;
  readonly viewerId: ViewerId;
}

/** Written out, not parameters: the planner matches them to the partial indexes of the same wording. */
const sectionConditions: Record<BoardSection, string> = {
  open: "t.state = 'open'",
  assigned: "t.state in ('selecting', 'in_progress', 'in_review', 'disputed')",
  completed: "t.state = 'completed'",
  cancelled: "t.state in ('cancelled', 'expired')",
};

/** A page of public tasks that anyone may claim or could have claimed, newest first. */
export async function readBoard(pool: Pool, query: BoardQuery): Promise<TaskView[]> {
  const values: unknown[] = [query.viewerId, query.limit];
  const conditions = ["t.visibility = 'public'", "t.intake = 'claim'"];
  const where = (condition: (parameter: string) => string, value: unknown): void => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (query.section !== undefined) conditions.push(sectionConditions[query.section]);
  if (query.currency !== undefined) where((p) => `t.currency = ${p}`, query.currency);
  if (query.capability !== undefined) where((p) => `t.required_capabilities @> ${p}::text[]`, [query.capability]);
  if (query.beforeId !== undefined) where((p) => `t.id < ${p}::uuid`, query.beforeId);
  const { select, join } = taskViewColumns("$1::uuid");
  // The page is cut before workers and results are joined to it.
  const { rows } = await pool.query<TaskView>(
    `select ${select} from (
       select * from tasks t where ${conditions.join(" and ")} order by t.id desc limit $2
     ) t ${join} order by t.id desc`,
    values,
  );
  return rows;
}
