import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { Task } from "../model/task.ts";
import { coalesce } from "./coalesce.ts";

/** A task with who works on it, as one viewer may see it. */
export interface TaskView
  extends Pick<
    Task,
    | "id"
    | "posterId"
    | "state"
    | "title"
    | "description"
    | "requiredCapabilities"
    | "currency"
    | "budget"
    | "reviewPolicy"
    | "createdAt"
    | "expiresAt"
    | "completedAt"
  > {
  readonly workerId: Id | null;
  readonly assignedAt: Instant | null;
  /** Text of the newest submission; null for anyone but the poster and the worker. */
  readonly result: string | null;
}

/** `null` is a viewer without a key. */
export type ViewerId = Id | null;

/** Joins the worker to `tasks t`, and the result if `viewer` (a SQL expression) may see it. */
export function taskViewColumns(viewer: string): { readonly select: string; readonly join: string } {
  return {
    select: `t.id, t.poster_id as "posterId", t.state, t.title, t.description,
      t.required_capabilities as "requiredCapabilities", t.currency, t.budget, t.review_policy as "reviewPolicy",
      t.created_at as "createdAt", t.expires_at as "expiresAt", t.completed_at as "completedAt",
      w.worker_id as "workerId", w.created_at as "assignedAt",
      case when ${viewer} in (t.poster_id, w.worker_id) then
        (select s.text from submissions s where s.task_id = t.id order by s.id desc limit 1) end as result`,
    join: `left join lateral (
        select a.worker_id, a.created_at from assignments a
        where a.task_id = t.id and a.state in ('active', 'submitted', 'accepted', 'revision')
        order by a.id desc limit 1) w on true`,
  };
}

/**
 * Joins `tasks t` to `v(task_id, …)` by its key and nothing else. `offset 0` keeps conditions on `t` out: on a table with
 * few rows the planner would rather read a whole partial index that fits them, and keep to that as the table grows.
 */
export const taskByKey = "cross join lateral (select * from tasks where id = v.task_id offset 0) t";

interface Wanted {
  readonly taskId: Id;
  readonly viewerId: ViewerId;
}

/** Reads single tasks, many at a time. A private task is there only for its poster and its worker. */
export class TaskViews {
  readonly #find: (wanted: Wanted) => Promise<TaskView | undefined>;

  constructor(pool: Pool) {
    const { select, join } = taskViewColumns("v.viewer_id");
    const text = `select v.viewer_id as "viewerId", ${select}
      from unnest($1::uuid[], $2::uuid[]) as v(task_id, viewer_id)
      ${taskByKey}
      ${join}
      where t.visibility = 'public' or v.viewer_id in (t.poster_id, w.worker_id)`;
    this.#find = coalesce(wantedKey, async (wanted) => {
      const { rows } = await pool.query<TaskView & { viewerId: ViewerId }>({
        name: "task_views",
        text,
        values: [wanted.map((each) => each.taskId), wanted.map((each) => each.viewerId)],
      });
      return new Map(rows.map((row) => [wantedKey({ taskId: row.id, viewerId: row.viewerId }), row]));
    });
  }

  /** One task as this viewer sees it, or undefined if there is none for them. */
  find(taskId: Id, viewerId: ViewerId): Promise<TaskView | undefined> {
    return this.#find({ taskId: taskId.toLowerCase(), viewerId });
  }
}

function wantedKey({ taskId, viewerId }: Wanted): string {
  return `${taskId} ${viewerId ?? ""}`;
}
