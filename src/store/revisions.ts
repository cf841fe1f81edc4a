import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";

/** Work that was sent back and waits for whoever did it. */
export interface WaitingRevision {
  readonly taskId: Id;
  readonly assignmentId: Id;
  readonly workerId: Id;
}

const columns = `task_id as "taskId", id as "assignmentId", worker_id as "workerId"`;

/** A worker's own, the oldest first. Only such as are kept by heartbeats: the others' workers are people. */
export async function readRevisionsOf(pool: Pool, workerId: Id, limit: number): Promise<WaitingRevision[]> {
  const { rows } = await pool.query<WaitingRevision>({
    name: "revisions_of_worker",
    text: `select ${columns} from assignments
      where worker_id = $1 and state = 'revision' and heartbeat_seconds is not null order by id limit $2`,
    values: [workerId, limit],
  });
  return rows;
}

/** Those on these tasks. */
export async function readRevisionsOn(pool: Pool, taskIds: readonly Id[]): Promise<WaitingRevision[]> {
  const { rows } = await pool.query<WaitingRevision>({
    name: "revisions_on_tasks",
    text: `select ${columns} from assignments
      where task_id = any($1) and state = 'revision' and heartbeat_seconds is not null order by id`,
    values: [taskIds],
  });
  return rows;
}
