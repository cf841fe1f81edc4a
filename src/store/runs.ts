import type { Pool } from "pg";
import type { AssignmentState } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import type { Run, RunState } from "../model/run.ts";
import { runs } from "./book/run-tables.ts";

/**
 * Which node has which run. A lease is measured by the database's clock, so that the nodes' own need not agree. Locks
 * are taken in the order of ids, as the engine does.
 */

export interface TakeRuns {
  readonly nodeId: Id;
  readonly leaseSeconds: number;
  readonly limit: number;
}

const columns = runs.columns
  .split(", ")
  .map((column) => `r.${column}`)
  .join(", ");

/** Takes runs that nobody has, or whose node has not been heard of, the longest waiting first. Each has a new fence. */
export async function takeRuns(pool: Pool, { nodeId, leaseSeconds, limit }: TakeRuns): Promise<Run[]> {
  const { rows } = await pool.query<Run>({
    name: "take_runs",
    text: `with free as (
        (select id from runs where state = 'queued' order by id limit $3)
        union all (select id from runs where state = 'running' and lease_until < now() order by lease_until limit $3)
      ),
      picked as (
        select id from runs where id in (select id from free)
          and (state = 'queued' or (state = 'running' and lease_until < now()))
        order by id limit $3 for update skip locked
      )
      update runs r set state = 'running', node_id = $1, lease_until = now() + $2 * interval '1 second',
        fence = r.fence + 1
      from picked where r.id = picked.id returning ${columns}`,
    values: [nodeId, leaseSeconds, limit],
  });
  return rows;
}

/** Says that the node is alive; returns those of the runs that it still has, with their fences. */
export async function renewRuns(
  pool: Pool,
  nodeId: Id,
  runIds: readonly Id[],
  leaseSeconds: number,
): Promise<ReadonlyMap<Id, number>> {
  if (runIds.length === 0) return new Map();
  const { rows } = await pool.query<{ id: Id; fence: number }>({
    name: "renew_runs",
    text: `with held as (
        select id from runs where id = any($2) and node_id = $1 and state in ('running', 'waiting')
        order by id for no key update
      )
      update runs r set lease_until = now() + $3 * interval '1 second'
      from held where r.id = held.id returning r.id, r.fence`,
    values: [nodeId, runIds, leaseSeconds],
  });
  return new Map(rows.map(({ id, fence }) => [id, fence]));
}

/** Gives runs back that this node has begun and does not end, so that another takes them at once. */
export async function giveUpRuns(pool: Pool, nodeId: Id, held: readonly { id: Id; fence: number }[]): Promise<void> {
  if (held.length === 0) return;
  await pool.query({
    name: "give_up_runs",
    text: `with held as (
        select runs.id from runs join json_to_recordset($2) as h(id uuid, fence integer) on h.id = runs.id
        where runs.node_id = $1 and runs.fence = h.fence and runs.state = 'running' order by runs.id for no key update
      )
      update runs r set state = 'queued', node_id = null, lease_until = null from held where r.id = held.id`,
    values: [nodeId, JSON.stringify(held)],
  });
}

/**
 * Queues runs that wait for nothing any more: the question was answered, a verdict was given, or the engagement has
 * ended. `taskIds` null: of all tasks. Returns how many.
 */
export async function wakeRuns(pool: Pool, taskIds: readonly Id[] | null): Promise<number> {
  const { rowCount } = await pool.query({
    name: taskIds === null ? "wake_all_runs" : "wake_runs",
    text: `with awake as (
        select r.id from runs r join assignments a on a.id = r.assignment_id
        where r.state = 'waiting' and ($1::uuid[] is null or r.task_id = any($1))
          and a.state <> 'submitted' and a.open_question_id is null
        order by r.id for no key update of r skip locked
      )
      update runs r set state = 'queued', node_id = null, lease_until = null
      from awake where r.id = awake.id and r.state = 'waiting'`,
    values: [taskIds],
  });
  return rowCount ?? 0;
}

/** How a run and its engagement stand now. */
export interface RunStanding {
  readonly id: Id;
  readonly state: RunState;
  readonly fence: number;
  readonly assignmentState: AssignmentState;
}

export async function readRunStandings(pool: Pool, runIds: readonly Id[]): Promise<RunStanding[]> {
  if (runIds.length === 0) return [];
  const { rows } = await pool.query<RunStanding>({
    name: "run_standings",
    text: `select r.id, r.state, r.fence, a.state as "assignmentState"
      from runs r join assignments a on a.id = r.assignment_id where r.id = any($1)`,
    values: [runIds],
  });
  return rows;
}
