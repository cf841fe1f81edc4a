import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";

/** Open tasks whose time on the board is over, the longest overdue first. */
export async function findExpiredTasks(pool: Pool, now: Instant, limit: number): Promise<{ taskId: Id }[]> {
  const { rows } = await pool.query({
    name: "find_expired_tasks",
    text: `select id as "taskId" from tasks
      where state in ('open', 'selecting') and expires_at is not null and expires_at <= $1
      order by expires_at limit $2`,
    values: [now, limit],
  });
  return rows;
}

/** Assignments whose lease has run out, the longest overdue first. */
export async function findLapsedLeases(
  pool: Pool,
  now: Instant,
  limit: number,
): Promise<{ taskId: Id; assignmentId: Id }[]> {
  const { rows } = await pool.query({
    name: "find_lapsed_leases",
    text: `select task_id as "taskId", id as "assignmentId" from assignments
      where lease_expires_at is not null and lease_expires_at <= $1
      order by lease_expires_at limit $2`,
    values: [now, limit],
  });
  return rows;
}

/** Tasks whose review window has run out, the longest overdue first. */
export async function findOverdueReviews(pool: Pool, now: Instant, limit: number): Promise<{ taskId: Id }[]> {
  const { rows } = await pool.query({
    name: "find_overdue_reviews",
    text: `select id as "taskId" from tasks
      where review_due_at is not null and review_due_at <= $1
      order by review_due_at limit $2`,
    values: [now, limit],
  });
  return rows;
}

/** Tasks whose approved work may no longer be disputed and waits to be paid, the longest overdue first. */
export async function findDuePayments(pool: Pool, now: Instant, limit: number): Promise<{ taskId: Id }[]> {
  const { rows } = await pool.query({
    name: "find_due_payments",
    text: `select id as "taskId" from tasks
      where release_due_at is not null and release_due_at <= $1
      order by release_due_at limit $2`,
    values: [now, limit],
  });
  return rows;
}
