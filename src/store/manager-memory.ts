import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";

/** A project that its manager is to look at. */
export interface DueProject {
  readonly projectId: Id;
  /** Lines in its history as it was found. */
  readonly eventCount: number;
  /** How often in a row looking at it has failed. */
  readonly failures: number;
}

/** Projects that wait for their manager, the longest waiting first, but for those named. */
export async function findDueProjects(
  pool: Pool,
  now: Instant,
  limit: number,
  except: readonly Id[],
): Promise<DueProject[]> {
  const { rows } = await pool.query<DueProject>({
    name: "find_due_projects",
    text: `select t.id as "projectId", t.event_count as "eventCount", coalesce(m.failures, 0) as failures
      from tasks t left join manager_memory m on m.project_id = t.id
      where t.manager_due_at is not null and t.manager_due_at <= $1 and t.id <> all($3::uuid[])
      order by t.manager_due_at limit $2`,
    values: [now, limit, except],
  });
  return rows;
}

/** The manager has dealt with everything up to this line of the project's history. Never goes back. */
export async function rememberSeen(pool: Pool, projectId: Id, seenEvents: number): Promise<void> {
  await pool.query({
    name: "remember_seen",
    text: `insert into manager_memory as m (project_id, seen_events) values ($1, $2)
      on conflict (project_id) do update set seen_events = greatest(m.seen_events, excluded.seen_events), failures = 0`,
    values: [projectId, seenEvents],
  });
}

/** A look at the project has failed; returns how often in a row. */
export async function rememberFailure(pool: Pool, projectId: Id): Promise<number> {
  const { rows } = await pool.query<{ failures: number }>({
    name: "remember_failure",
    text: `insert into manager_memory as m (project_id, failures) values ($1, 1)
      on conflict (project_id) do update set failures = m.failures + 1 returning failures`,
    values: [projectId],
  });
  return rows[0]?.failures ?? 1;
}

/** Of these causes, those that the manager has spoken of. */
export async function readSaidCauses(pool: Pool, projectId: Id, causes: readonly string[]): Promise<Set<string>> {
  if (causes.length === 0) return new Set();
  const { rows } = await pool.query<{ cause: string }>({
    name: "said_causes",
    text: "select cause from messages where project_id = $1 and cause = any($2)",
    values: [projectId, causes],
  });
  return new Set(rows.map(({ cause }) => cause));
}
