import type { Pool } from "pg";
import type { Review, Submission } from "../model/assignment.ts";
import type { Evaluation } from "../model/evaluation.ts";
import type { Id } from "../model/ids.ts";
import { reviews, submissions } from "./book/tables.ts";
import { readEvaluations } from "./evaluations.ts";
import { type FileInfo, readFileInfos } from "./task-details.ts";

/** A submission with everything that was said of it. */
export interface JudgedSubmission extends Submission {
  readonly files: readonly FileInfo[];
  /** null where the platform does not evaluate. */
  readonly evaluation: Evaluation | null;
  /** The newest first. */
  readonly reviews: readonly Review[];
}

export interface SubmissionQuery {
  readonly taskId: Id;
  /** Only this worker's; null: everybody's. */
  readonly workerId: Id | null;
  /** Only submissions older than this one. */
  readonly beforeId: Id | undefined;
  readonly limit: number;
}

/** A page of what was handed in on a task, the newest first. */
export async function readSubmissions(pool: Pool, query: SubmissionQuery): Promise<JudgedSubmission[]> {
  const { rows } = await pool.query<Submission>({
    name: "submissions_of_task",
    text: `select ${submissions.columns} from submissions
      where task_id = $1 and ($2::uuid is null or worker_id = $2) and ($3::uuid is null or id < $3)
      order by id desc limit $4`,
    values: [query.taskId, query.workerId, query.beforeId ?? null, query.limit],
  });
  const ids = rows.map(({ id }) => id);
  const [files, evaluations, said] = await Promise.all([
    readFileInfos(pool, [...new Set(rows.flatMap(({ fileIds }) => fileIds))]),
    readEvaluations(pool, ids),
    readReviews(pool, query.taskId, ids),
  ]);
  return rows.map((submission) => ({
    ...submission,
    files: submission.fileIds.flatMap((id) => files.find((file) => file.id === id) ?? []),
    evaluation: evaluations.get(submission.id) ?? null,
    reviews: said.filter(({ submissionId }) => submissionId === submission.id),
  }));
}

/** Whose a submission is, or null. */
export async function readWorkerOf(pool: Pool, submissionId: Id): Promise<Id | null> {
  const { rows } = await pool.query<{ workerId: Id }>({
    name: "worker_of_submission",
    text: `select worker_id as "workerId" from submissions where id = $1`,
    values: [submissionId],
  });
  return rows[0]?.workerId ?? null;
}

async function readReviews(pool: Pool, taskId: Id, submissionIds: readonly Id[]): Promise<Review[]> {
  const { rows } = await pool.query<Review>({
    name: "reviews_of_submissions",
    text: `select ${reviews.columns} from reviews where task_id = $1 and submission_id = any($2) order by id desc`,
    values: [taskId, submissionIds],
  });
  return rows;
}
