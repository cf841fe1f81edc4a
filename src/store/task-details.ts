import type { Pool } from "pg";
import type { Assignment, Review, Submission } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import type { EngineerScope } from "../model/party.ts";
import type { Question } from "../model/question.ts";
import type { Task } from "../model/task.ts";
import { assignments, questions, reviews, submissions, tasks } from "./book/tables.ts";

/** Who looks at a task. */
export interface Viewer {
  readonly partyId: Id;
  readonly organizationId: Id | null;
  readonly engineer: EngineerScope;
  readonly isAdmin: boolean;
}

/**
 * How much of a task somebody may see. `party`: everything (its poster, who works on it now or did it, admins).
 * `former`: its brief and their own work (somebody who worked on it before). `public`: its brief.
 */
type Standing = "party" | "former" | "public";

export interface SeenTask {
  readonly task: Task;
  readonly standing: Standing;
  /** Who works on it, or did it. */
  readonly workerId: Id | null;
}

const taskColumns = tasks.columns
  .split(", ")
  .map((column) => `t.${column}`)
  .join(", ");
const boundWorker = `left join lateral (
    select a.worker_id from assignments a
    where a.task_id = t.id and a.state in ('active', 'submitted', 'accepted', 'revision')
    order by a.id desc limit 1) w on true`;

interface SeenTaskRow extends Task {
  readonly workerId: Id | null;
  readonly isFormer: boolean;
  readonly isMeantFor: boolean;
}

/** A task as far as this viewer may see it; undefined if there is none for them. */
export async function readSeenTask(pool: Pool, taskId: Id, viewer: Viewer): Promise<SeenTask | undefined> {
  const { rows } = await pool.query<SeenTaskRow>({
    name: "seen_task",
    text: `select ${taskColumns}, w.worker_id as "workerId",
        exists (select from assignments a where a.task_id = t.id and a.worker_id = $2) as "isFormer",
        t.intake = 'direct' and t.state = 'open' and (t.agent_id = $2 or t.agent_id is null and ($3 = 'platform'
          or $3 = 'organization' and coalesce(p.organization_id, p.id) = $4::uuid)) as "isMeantFor"
      from tasks t join parties p on p.id = t.poster_id ${boundWorker}
      where t.id = $1`,
    values: [taskId, viewer.partyId, viewer.engineer, viewer.organizationId],
  });
  const row = rows[0];
  if (row === undefined) return undefined;
  const { workerId, isFormer, isMeantFor, ...task } = row;
  if (viewer.isAdmin || viewer.partyId === task.posterId || viewer.partyId === workerId) {
    return { task, workerId, standing: "party" };
  }
  if (isFormer) return { task, workerId, standing: "former" };
  return task.visibility === "public" || isMeantFor ? { task, workerId, standing: "public" } : undefined;
}

export interface FileInfo {
  readonly id: Id;
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
}

export interface TaskWork {
  /** The newest first. */
  readonly assignments: readonly Assignment[];
  readonly openQuestion: Question | null;
  readonly submission: Submission | null;
  readonly files: readonly FileInfo[];
  /** The newest first. */
  readonly reviews: readonly Review[];
}

/** More are of no use on one page; events tell the rest. */
const maxListed = 100;

/** What was done on a task: by anyone, or (`workerId`) by one worker only. */
export async function readTaskWork(pool: Pool, taskId: Id, workerId: Id | null): Promise<TaskWork> {
  const values = [taskId, workerId];
  const [assigned, asked, handedIn, reviewed] = await Promise.all([
    pool.query<Assignment>({
      name: "task_assignments",
      text: `select ${assignments.columns} from assignments
        where task_id = $1 and ($2::uuid is null or worker_id = $2) order by id desc limit ${maxListed}`,
      values,
    }),
    pool.query<Question>({
      name: "task_open_question",
      text: `select ${questions.columns} from questions
        where task_id = $1 and answered_at is null and ($2::uuid is null or asker_id = $2) order by id desc limit 1`,
      values,
    }),
    pool.query<Submission>({
      name: "task_newest_submission",
      text: `select ${submissions.columns} from submissions
        where task_id = $1 and ($2::uuid is null or worker_id = $2) order by id desc limit 1`,
      values,
    }),
    pool.query<Review>({
      name: "task_reviews",
      text: `select ${reviews.columns} from reviews where task_id = $1 and ($2::uuid is null or submission_id in (
          select id from submissions where task_id = $1 and worker_id = $2)) order by id desc limit ${maxListed}`,
      values,
    }),
  ]);
  const submission = handedIn.rows[0] ?? null;
  return {
    assignments: assigned.rows,
    openQuestion: asked.rows[0] ?? null,
    submission,
    files: submission === null ? [] : await readFileInfos(pool, submission.fileIds),
    reviews: reviewed.rows,
  };
}

/** What is known of files, in the order of their ids. */
export async function readFileInfos(pool: Pool, ids: readonly Id[]): Promise<FileInfo[]> {
  if (ids.length === 0) return [];
  const { rows } = await pool.query<FileInfo>({
    name: "file_infos",
    text: `select id, name, media_type as "mediaType", size_bytes as "sizeBytes" from files where id = any($1)
      order by array_position($1::uuid[], id)`,
    values: [ids],
  });
  return rows;
}

/** Which task an assignment is on and who holds it, or undefined. */
export async function readAssignment(pool: Pool, id: Id): Promise<Assignment | undefined> {
  const { rows } = await pool.query<Assignment>({
    name: "assignment_by_id",
    text: `select ${assignments.columns} from assignments where id = $1`,
    values: [id],
  });
  return rows[0];
}
