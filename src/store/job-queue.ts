import type { Pool } from "pg";
import type { Instant } from "../model/instant.ts";

/** What the job queue (graphile-worker's tables) holds, and the two things that people do about it. */

/** How many jobs of one name stand where. A job counts once. */
export interface JobCounts {
  readonly name: string;
  /** A server works on it. */
  readonly running: number;
  /** Due, and not taken yet. */
  readonly due: number;
  /** For later: deadlines that have not come. */
  readonly scheduled: number;
  /** Failed, and tried again later. */
  readonly retrying: number;
  /** Failed as often as it may; stays until somebody retries it. */
  readonly failed: number;
}

/** A job that has failed, or that a server holds. */
export interface TroubledJob {
  /** A whole number. */
  readonly id: string;
  readonly name: string;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly lastError: string | null;
  readonly runAt: Instant;
  readonly lockedAt: Instant | null;
  /** Whether whoever holds it is alive; null: nobody holds it. */
  readonly isHolderAlive: boolean | null;
}

/** How long a server may be silent before its jobs are given to others (as in `reapSilentNodes`). */
const aliveSeconds = 15;

export async function readJobCounts(pool: Pool): Promise<JobCounts[]> {
  const { rows } = await pool.query<JobCounts>({
    name: "job_counts",
    text: `select t.identifier as name,
        count(*) filter (where j.locked_at is not null)::integer as running,
        count(*) filter (where j.locked_at is null and j.attempts < j.max_attempts and j.last_error is null
          and j.run_at <= now())::integer as due,
        count(*) filter (where j.locked_at is null and j.attempts < j.max_attempts and j.last_error is null
          and j.run_at > now())::integer as scheduled,
        count(*) filter (where j.locked_at is null and j.attempts < j.max_attempts and j.last_error is not null)::integer
          as retrying,
        count(*) filter (where j.locked_at is null and j.attempts >= j.max_attempts)::integer as failed
      from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
      group by 1 order by 1`,
  });
  return rows;
}

/** Jobs that have failed or are held by a server, the last touched first. */
export async function readTroubledJobs(pool: Pool, limit: number): Promise<TroubledJob[]> {
  const { rows } = await pool.query<TroubledJob>({
    name: "troubled_jobs",
    text: `select j.id::text, t.identifier as name, j.attempts, j.max_attempts as "maxAttempts", j.last_error as "lastError",
        j.run_at as "runAt", j.locked_at as "lockedAt",
        case when j.locked_by is not null then exists (
          select from nodes n where n.worker_pool_id = j.locked_by
            and n.heartbeat_at > now() - $2 * interval '1 second') end as "isHolderAlive"
      from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
      where j.last_error is not null or j.locked_at is not null
      order by j.updated_at desc, j.id desc limit $1`,
    values: [limit, aliveSeconds],
  });
  return rows;
}

/** Makes a job due at once, as if it had never failed; false if it is gone, or runs right now. */
export async function retryJob(pool: Pool, id: string): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: "retry_job",
    text: "select from graphile_worker.reschedule_jobs(array[$1::bigint], run_at => now(), attempts => 0)",
    values: [id],
  });
  return rowCount === 1;
}

/**
 * Gives the jobs that no living server holds back to the queue; returns how many. Every job survives to be run twice, so a
 * server that was only slow does no harm.
 */
export async function unlockJobs(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ unlocked: number }>({
    name: "unlock_jobs",
    text: `with stuck as (
        select j.locked_by, count(*)::integer as jobs from graphile_worker._private_jobs j
        where j.locked_by is not null and not exists (
          select from nodes n where n.worker_pool_id = j.locked_by
            and n.heartbeat_at > now() - $1 * interval '1 second')
        group by 1
      ), holders as (select coalesce(array_agg(locked_by), '{}') as ids, coalesce(sum(jobs), 0)::integer as unlocked from stuck),
      freed as (select graphile_worker.force_unlock_workers(ids) from holders where cardinality(ids) > 0)
      select unlocked from holders left join freed on true`,
    values: [aliveSeconds],
  });
  return rows[0]?.unlocked ?? 0;
}
