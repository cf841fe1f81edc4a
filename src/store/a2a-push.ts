import type { Pool } from "pg";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { PushConfig } from "../model/webhook.ts";
import { inTransaction } from "./transaction.ts";

/** Where one client wants to be told of one task. */
export interface PushTarget extends PushConfig {
  readonly url: string;
}

const maxTargetsPerTask = 10;

interface NewTarget extends PushTarget {
  readonly id: Id;
  readonly taskId: Id;
  readonly posterId: Id;
  readonly createdAt: Instant;
}

/** Sets a target, or changes the one of that name, which then begins anew. Refuses `webhook_limit`. */
export async function setPushTarget(pool: Pool, target: NewTarget): Promise<void> {
  const { id, taskId, posterId, createdAt, url, ...push } = target;
  await inTransaction(pool, async (client) => {
    // Locked, so that requests sent at once are counted one after the other.
    await client.query("select from tasks where id = $1 for no key update", [taskId]);
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count from webhook_endpoints
        where task_id = $1 and format = 'a2a' and push ->> 'configId' <> $2`,
      [taskId, push.configId],
    );
    if ((rows[0]?.count ?? 0) >= maxTargetsPerTask) {
      refuse("webhook_limit", { message: `No more than ${maxTargetsPerTask} push notification configs for a task.` });
    }
    await client.query(
      `insert into webhook_endpoints (id, party_id, format, url, event_types, created_at, task_id, push)
       values ($1, $2, 'a2a', $3, '{}', $4, $5, $6)
       on conflict (task_id, (push ->> 'configId')) where format = 'a2a' do update
         set url = excluded.url, push = excluded.push, failing_since = null, disabled_at = null, disabled_reason = null`,
      [id, posterId, url, createdAt, taskId, JSON.stringify(push)],
    );
  });
}

/** The targets of a task, by name; with `configId` only that one. */
export async function readPushTargets(pool: Pool, taskId: Id, configId?: string): Promise<PushTarget[]> {
  const { rows } = await pool.query<{ url: string; push: PushConfig }>({
    name: "a2a_push_targets",
    text: `select url, push from webhook_endpoints where task_id = $1 and format = 'a2a'
      and ($2::text is null or push ->> 'configId' = $2) order by push ->> 'configId'`,
    values: [taskId, configId ?? null],
  });
  return rows.map(({ url, push }) => ({ url, ...push }));
}

export async function removePushTarget(pool: Pool, taskId: Id, configId: string): Promise<void> {
  await pool.query("delete from webhook_endpoints where task_id = $1 and format = 'a2a' and push ->> 'configId' = $2", [
    taskId,
    configId,
  ]);
}
