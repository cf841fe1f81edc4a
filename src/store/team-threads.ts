import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Message } from "../model/team.ts";

/** A message with its writer's name. */
export interface ThreadMessage extends Message {
  readonly senderName: string;
}

export interface ThreadQuery {
  /** Projects' channels and subtasks' threads, by their tasks' ids; read as one. */
  readonly threadIds: readonly Id[];
  /** Only messages older than this one. */
  readonly beforeId?: Id | undefined;
  /** Only messages newer than this one: the oldest of them first. */
  readonly afterId?: Id | undefined;
  readonly limit: number;
}

const messageColumns = `m.id, m.task_id as "taskId", m.project_id as "projectId", m.sender_type as "senderType",
  m.sender_id as "senderId", m.message_type as "messageType", m.content, m.cause, m.created_at as "createdAt"`;
const pageStart = {
  newest: "m.id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') order by m.id desc",
  after: "m.id > $2::uuid order by m.id",
} as const;

/**
 * A page of what was said, the newest first; with `afterId` what has been said since, in its order. Each thread is read
 * from where the page begins, however long it is.
 */
export async function readThread(pool: Pool, query: ThreadQuery): Promise<ThreadMessage[]> {
  const { threadIds, beforeId, afterId, limit } = query;
  const place = afterId === undefined ? "newest" : "after";
  const { rows } = await pool.query<ThreadMessage>({
    name: `thread_${place}`,
    text: `select m.*, p.name as "senderName" from (
        select e.* from unnest($1::uuid[]) as t(id)
        cross join lateral (
          select ${messageColumns} from messages m where m.task_id = t.id and ${pageStart[place]} limit $3) e
        order by e.id ${place === "newest" ? "desc" : "asc"} limit $3) m
      join parties p on p.id = m."senderId" order by m.id ${place === "newest" ? "desc" : "asc"}`,
    values: [threadIds, afterId ?? beforeId ?? null, limit],
  });
  return rows;
}
