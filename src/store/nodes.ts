import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";

/** One server process that takes jobs. */
export interface Node {
  readonly id: Id;
  /** The name under which graphile-worker locks this process's jobs. */
  readonly workerPoolId: string;
}

/** Says that this node is alive. */
export async function recordHeartbeat(pool: Pool, node: Node): Promise<void> {
  await pool.query({
    name: "record_heartbeat",
    text: `insert into nodes (id, worker_pool_id, started_at, heartbeat_at) values ($1, $2, now(), now())
      on conflict (id) do update set heartbeat_at = now()`,
    values: [node.id, node.workerPoolId],
  });
}

export async function removeNode(pool: Pool, id: Id): Promise<void> {
  await pool.query("delete from nodes where id = $1", [id]);
}

/**
 * Gives the jobs of nodes that have been silent for `silentSeconds` back to the others, and the submissions they were
 * looking at; returns how many nodes there were. By itself graphile-worker would hold them for four hours (7-facts). A
 * node that was only slow may see its jobs run twice, which every job survives, because it ends in commands that decide
 * under lock.
 */
export async function reapSilentNodes(pool: Pool, silentSeconds: number): Promise<number> {
  const { rows } = await pool.query<{ reaped: number }>({
    name: "reap_silent_nodes",
    text: `with dead as (
        delete from nodes where heartbeat_at < now() - $1 * interval '1 second' returning id, worker_pool_id
      ),
      freed as (
        update evaluations set next_turn_at = null, node_id = null
        where state = 'pending' and node_id in (select id from dead)
      ), pools as (select coalesce(array_agg(worker_pool_id), '{}') as ids from dead),
      unlocked as (select graphile_worker.force_unlock_workers(ids) from pools where cardinality(ids) > 0)
      select cardinality(ids)::integer as reaped from pools left join unlocked on true`,
    values: [silentSeconds],
  });
  return rows[0]?.reaped ?? 0;
}

/** A server process as the database knows it. */
export interface SeenNode {
  readonly id: Id;
  readonly startedAt: Instant;
  readonly heartbeatAt: Instant;
  /** Heard of within the time after which its jobs are given to others. */
  readonly isAlive: boolean;
  readonly runningJobs: number;
}

/** Every server that takes jobs, the newest first. */
export async function readNodes(pool: Pool, silentSeconds: number): Promise<SeenNode[]> {
  const { rows } = await pool.query<SeenNode>({
    name: "nodes",
    text: `select n.id, n.started_at as "startedAt", n.heartbeat_at as "heartbeatAt",
        n.heartbeat_at > now() - $1 * interval '1 second' as "isAlive", coalesce(j.running, 0)::integer as "runningJobs"
      from nodes n left join (
        select locked_by, count(*) as running from graphile_worker._private_jobs
        where locked_by is not null group by 1) j on j.locked_by = n.worker_pool_id
      order by n.started_at desc`,
    values: [silentSeconds],
  });
  return rows;
}
