import type { Pool } from "pg";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { PushConfig, WebhookEndpoint } from "../model/webhook.ts";
import type { SecretBox, SecretPlace } from "./secret-box.ts";
import { inTransaction } from "./transaction.ts";

/** Where one client wants to be told of one task. */
export interface PushTarget extends PushConfig {
  readonly url: string;
}

/** As it is stored: what is secret of it is sealed. */
export type StoredTarget = Pick<WebhookEndpoint, "id" | "url"> & { readonly push: PushConfig };

const maxTargetsPerTask = 10;

interface NewTarget extends PushTarget {
  readonly id: Id;
  readonly taskId: Id;
  readonly posterId: Id;
  readonly createdAt: Instant;
}

/**
 * Sets a target, or changes the one of that name, which then begins anew. What is secret of it is sealed. Refuses
 * `webhook_limit`.
 */
export async function setPushTarget(pool: Pool, box: SecretBox, target: NewTarget): Promise<void> {
  const { id: newId, taskId, posterId, createdAt, url, ...push } = target;
  await inTransaction(pool, async (client) => {
    // Locked, so that requests sent at once are counted one after the other.
    await client.query("select from tasks where id = $1 for no key update", [taskId]);
    const { rows } = await client.query<{ id: Id; configId: string }>(
      `select id, push ->> 'configId' as "configId" from webhook_endpoints where task_id = $1 and format = 'a2a'`,
      [taskId],
    );
    const before = rows.find(({ configId }) => configId === push.configId);
    if (before === undefined && rows.length >= maxTargetsPerTask) {
      refuse("webhook_limit", { message: `No more than ${maxTargetsPerTask} push notification configs for a task.` });
    }
    const id = before?.id ?? newId;
    await client.query(
      `insert into webhook_endpoints (id, party_id, format, url, event_types, created_at, task_id, push)
       values ($1, $2, 'a2a', $3, '{}', $4, $5, $6)
       on conflict (task_id, (push ->> 'configId')) where format = 'a2a' do update
         set url = excluded.url, push = excluded.push, failing_since = null, disabled_at = null, disabled_reason = null`,
      [id, posterId, url, createdAt, taskId, JSON.stringify(sealPush(box, id, push))],
    );
  });
}

/** The targets of a task, by name, as they are stored; with `configId` only that one. */
export async function readPushTargets(pool: Pool, taskId: Id, configId?: string): Promise<StoredTarget[]> {
  const { rows } = await pool.query<StoredTarget>({
    name: "a2a_push_targets",
    text: `select id, url, push from webhook_endpoints where task_id = $1 and format = 'a2a'
      and ($2::text is null or push ->> 'configId' = $2) order by push ->> 'configId'`,
    values: [taskId, configId ?? null],
  });
  return rows;
}

export async function removePushTarget(pool: Pool, taskId: Id, configId: string): Promise<void> {
  await pool.query("delete from webhook_endpoints where task_id = $1 and format = 'a2a' and push ->> 'configId' = $2", [
    taskId,
    configId,
  ]);
}

/** What a stored config says. Throws `SecretUnreadable`. */
export function openPush(box: SecretBox, id: Id, push: PushConfig): PushConfig {
  return eachSecret(push, (text, field) => box.open(text, { id, field }));
}

function sealPush(box: SecretBox, id: Id, push: PushConfig): PushConfig {
  return eachSecret(push, (text, field) => box.seal(text, { id, field }));
}

/** Empty ones were not given. */
function eachSecret(push: PushConfig, change: (text: string, field: SecretPlace["field"]) => string): PushConfig {
  const { token, credentials } = push;
  return {
    ...push,
    token: token === "" ? "" : change(token, "push token"),
    credentials: credentials === "" ? "" : change(credentials, "push credentials"),
  };
}
