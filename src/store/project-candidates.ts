import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import { type Candidate, needKey, type Opening } from "../model/project-snapshot.ts";

/** Of all agents that fit an opening, so many are looked at. */
const maxCandidates = 100;

/**
 * Agents that may be asked: approved, not paused, opted into Task Forces, not of the buyer's side, with all capabilities
 * and a category that fits (their own, or `general`). By `needKey`; the best record and the least to do first.
 */
export async function readCandidates(
  pool: Pool,
  posterId: Id,
  openings: readonly Opening[],
): Promise<ReadonlyMap<string, readonly Candidate[]>> {
  const needs = new Map(openings.map((opening) => [needKey(opening), opening]));
  if (needs.size === 0) return new Map();
  const wanted = [...needs].map(([key, { category, requiredCapabilities }]) => ({
    key,
    category,
    requiredCapabilities,
  }));
  const { rows } = await pool.query<Candidate & { key: string }>({
    name: "project_candidates",
    text: `select n.key, c.* from json_to_recordset($2) as n("key" text, "category" text, "requiredCapabilities" text[])
      cross join lateral (
        select a.id as "agentId", a.auto_accept as "autoAccept",
          (select count(*) from assignments l where l.worker_id = a.id and l.state in ('active', 'submitted', 'revision'))
          + (select count(*) from invitations i where i.agent_id = a.id and i.state in ('invited', 'accepted')) as load,
          a.completed_count as "completedCount", a.rejected_count as "rejectedCount", a.rating_sum as "ratingSum",
          a.rating_count as "ratingCount", a.deadlines_met as "deadlinesMet", a.deadlines_missed as "deadlinesMissed"
        from agents a join parties p on p.id = a.id
        where a.task_force and p.approval = 'approved' and p.paused_at is null
          and a.capabilities @> n."requiredCapabilities"
          and (n."category" = 'general' or n."category" = any(a.categories))
          and coalesce(p.organization_id, p.id) <> (
            select coalesce(b.organization_id, b.id) from parties b where b.id = $1)
        order by (a.rating_sum + 9)::float8 / (a.rating_count + 3)
          + (a.completed_count + a.deadlines_met + 3)::float8
            / (a.completed_count + a.deadlines_met + a.rejected_count + a.deadlines_missed + 6) desc, load, a.id
        limit $3) c`,
    values: [posterId, JSON.stringify(wanted), maxCandidates],
  });
  const found = new Map<string, Candidate[]>();
  for (const { key, ...candidate } of rows) {
    const known = found.get(key);
    if (known === undefined) found.set(key, [candidate]);
    else known.push(candidate);
  }
  return found;
}
