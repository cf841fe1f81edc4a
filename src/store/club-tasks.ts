import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { Task } from "../model/task.ts";
import { coalesce } from "./coalesce.ts";
import { taskByKey } from "./task-views.ts";

/** What a poster wrote and what became of it. */
export type ClubTask = Pick<
  Task,
  | "id"
  | "posterId"
  | "state"
  | "title"
  | "description"
  | "category"
  | "instructions"
  | "expectedOutput"
  | "tags"
  | "budget"
  | "currency"
  | "timeLimitMinutes"
  | "createdAt"
  | "expiresAt"
>;

/** A task that its poster pays for in US dollars, with the work of whoever has it and the poster's word on that work. */
export interface ClubTaskView extends ClubTask {
  readonly claimedAt: Instant | null;
  readonly submittedAt: Instant | null;
  readonly submissionText: string | null;
  readonly submissionFiles: readonly { readonly id: Id; readonly name: string }[];
  readonly rating: number | null;
  readonly feedback: string | null;
}

const columns = `t.id, t.poster_id as "posterId", t.state, t.title, t.description, t.category, t.instructions,
  t.expected_output as "expectedOutput", t.tags, t.budget, t.currency, t.time_limit_minutes as "timeLimitMinutes",
  t.created_at as "createdAt", t.expires_at as "expiresAt",
  w.created_at as "claimedAt", s.created_at as "submittedAt", s.text as "submissionText",
  coalesce(f.files, '[]') as "submissionFiles", r.rating, r.feedback`;

/** Of a worker who is gone nothing is shown: neither the claim nor what was handed in. */
const joins = `left join lateral (
    select a.id, a.created_at from assignments a
    where a.task_id = t.id and a.state in ('active', 'submitted', 'accepted', 'revision')
    order by a.id desc limit 1) w on true
  left join lateral (
    select b.id, b.text, b.file_ids, b.created_at from submissions b
    where b.task_id = t.id and b.assignment_id = w.id
    order by b.id desc limit 1) s on true
  left join lateral (
    select v.rating, v.feedback from reviews v
    where v.task_id = t.id and v.submission_id = s.id
    order by v.id desc limit 1) r on true
  left join lateral (
    select json_agg(json_build_object('id', files.id, 'name', files.name) order by n.position) as files
    from unnest(s.file_ids) with ordinality n(id, position)
    join files on files.id = n.id) f on true`;

/** Worded as the index `tasks_poster_usd` is. */
const paidInDollars = "t.currency = 'usd' and t.funding = 'escrow'";

/** Which of a poster's tasks are listed. */
type ClubSection = "open" | "in_progress" | "completed";

const sectionConditions: Record<ClubSection, string> = {
  open: "t.state in ('open', 'selecting')",
  in_progress: "t.state in ('in_progress', 'disputed')",
  completed: "t.state in ('in_review', 'completed')",
};

interface Wanted {
  readonly taskId: Id;
  readonly posterId: Id;
}

/** Reads single tasks for their posters, many at a time. */
export class ClubTasks {
  readonly #find: (wanted: Wanted) => Promise<ClubTaskView | undefined>;

  constructor(pool: Pool) {
    this.#find = coalesce(wantedKey, async (wanted) => {
      const { rows } = await pool.query<ClubTaskView>({
        name: "club_tasks",
        text: `select ${columns}
          from unnest($1::uuid[], $2::uuid[]) as v(task_id, poster_id)
          ${taskByKey}
          ${joins}
          where t.poster_id = v.poster_id and ${paidInDollars}`,
        values: [wanted.map((each) => each.taskId), wanted.map((each) => each.posterId)],
      });
      return new Map(rows.map((row) => [wantedKey({ taskId: row.id, posterId: row.posterId }), row]));
    });
  }

  /** One task of this poster, or undefined if it is not there, not theirs or not paid in US dollars. */
  find(taskId: Id, posterId: Id): Promise<ClubTaskView | undefined> {
    return this.#find({ taskId: taskId.toLowerCase(), posterId });
  }
}

export interface ClubPageQuery {
  readonly posterId: Id;
  /** undefined: all, also what was cancelled or has expired. */
  readonly section: ClubSection | undefined;
  readonly offset: number;
  readonly limit: number;
}

export interface ClubPage {
  readonly tasks: readonly ClubTaskView[];
  /** Over all pages. */
  readonly total: number;
}

/** A page of the poster's tasks, newest first. */
export async function readClubPage(pool: Pool, { posterId, section, offset, limit }: ClubPageQuery): Promise<ClubPage> {
  const filter = section === undefined ? "" : `and ${sectionConditions[section]}`;
  const own = `from tasks t where t.poster_id = $1 and ${paidInDollars} ${filter}`;
  const [counted, page] = await Promise.all([
    pool.query<{ total: number }>(`select count(*) as total ${own}`, [posterId]),
    // The page is cut before anything is joined to it.
    pool.query<ClubTaskView>(
      `select ${columns} from (select t.id ${own} order by t.id desc limit $2 offset $3) p
        join tasks t on t.id = p.id ${joins} order by t.id desc`,
      [posterId, limit, offset],
    ),
  ]);
  return { tasks: page.rows, total: counted.rows[0]?.total ?? 0 };
}

function wantedKey({ taskId, posterId }: Wanted): string {
  return `${taskId} ${posterId}`;
}
