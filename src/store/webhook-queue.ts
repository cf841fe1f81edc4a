import type { Pool, PoolClient } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { DisabledReason, WebhookEndpoint } from "../model/webhook.ts";
import { inTransaction } from "./transaction.ts";
import type { Attempt } from "./webhook-deliveries.ts";
import { endpointColumns } from "./webhook-endpoints.ts";

/** A message that is to be sent to an endpoint now. */
export interface DueDelivery {
  readonly endpoint: WebhookEndpoint;
  readonly messageId: Id;
  readonly type: string;
  readonly body: string;
  /** Attempts before this one, since it was last begun. */
  readonly tries: number;
  readonly begunAt: Instant;
}

export interface ClaimOptions {
  readonly now: Instant;
  /** From then on another node may think the attempt lost. */
  readonly claimedUntil: Instant;
  /** Endpoints that have enough under way. */
  readonly passedOver: readonly Id[];
  /** Whether endpoints that have been failing are passed over too. */
  readonly healthyOnly: boolean;
  readonly maxEndpoints: number;
  /** How many of an endpoint's deliveries may be taken. */
  roomFor(endpointId: Id, isFailing: boolean): number;
}

interface ClaimedRow extends WebhookEndpoint {
  readonly messageId: Id;
  readonly type: string;
  readonly body: string;
  readonly tries: number;
  readonly begunAt: Instant;
}

/**
 * Takes due deliveries, some of each endpoint that has any. Two nodes never look at one endpoint at the same moment.
 * Two statements: the second must see what was committed until the first had its locks.
 */
export function claimDue(pool: Pool, options: ClaimOptions): Promise<DueDelivery[]> {
  return inTransaction(pool, async (client) => {
    const { rows: ready } = await client.query<{ id: Id; isFailing: boolean }>({
      name: "webhook_endpoints_ready",
      text: `select id, failing_since is not null as "isFailing" from webhook_endpoints
        where due_at <= $1 and disabled_at is null and id <> all($2) and (not $3 or failing_since is null)
        order by due_at limit $4 for no key update skip locked`,
      values: [options.now, options.passedOver, options.healthyOnly, options.maxEndpoints],
    });
    const rooms = ready
      .map(({ id, isFailing }) => ({ id, room: options.roomFor(id, isFailing) }))
      .filter(({ room }) => room > 0);
    if (rooms.length === 0) return [];
    const { rows } = await client.query<ClaimedRow>({
      name: "claim_webhook_deliveries",
      text: `with rooms as (select r.id, r.room from json_to_recordset($1) as r(id uuid, room integer)),
        picked as (
          select d.endpoint_id, d.message_id from rooms cross join lateral (
            select endpoint_id, message_id from webhook_deliveries
            where endpoint_id = rooms.id and state = 'pending' and next_attempt_at <= $2
            order by next_attempt_at limit rooms.room) d
        ),
        claimed as (
          update webhook_deliveries d set next_attempt_at = $3 from picked p
          where d.endpoint_id = p.endpoint_id and d.message_id = p.message_id returning d.*
        ),
        moved as (
          update webhook_endpoints e set due_at = least(
            (select d.next_attempt_at from webhook_deliveries d where d.endpoint_id = e.id and d.state = 'pending'
              and not exists (select from picked p where p.endpoint_id = d.endpoint_id and p.message_id = d.message_id)
              order by d.next_attempt_at limit 1),
            (select $3::timestamptz from picked p where p.endpoint_id = e.id limit 1))
          from rooms where e.id = rooms.id
        )
        select ${endpointColumns}, m.id as "messageId", m.type, m.body, c.tries, c.begun_at as "begunAt"
        from claimed c join webhook_endpoints e on e.id = c.endpoint_id join webhook_messages m on m.id = c.message_id`,
      values: [JSON.stringify(rooms), options.now, options.claimedUntil],
    });
    return rows.map(({ messageId, type, body, tries, begunAt, ...endpoint }) => ({
      endpoint,
      messageId,
      type,
      body,
      tries,
      begunAt,
    }));
  });
}

/** How an attempt ended. */
export interface AttemptRecord extends Omit<Attempt, "number"> {
  readonly endpointId: Id;
  readonly messageId: Id;
  readonly succeeded: boolean;
  /** null: that was the last one. */
  readonly nextAttemptAt: Instant | null;
  /** Whether it says anything about the endpoint: a test that fails does not. */
  readonly counts: boolean;
}

const lockEndpoints = {
  name: "lock_webhook_endpoints",
  text: `select id from webhook_endpoints where id in
      (select r."endpointId" from json_to_recordset($1) as r("endpointId" uuid))
    order by id for no key update`,
};
const recordset = `json_to_recordset($1) as r("endpointId" uuid, "messageId" uuid, url text, at timestamptz,
    "durationMs" integer, status integer, fault text, "responseHeaders" json, "responseBody" text, succeeded boolean,
    "nextAttemptAt" timestamptz, counts boolean)`;
const writeAttempts = {
  name: "write_webhook_attempts",
  text: `with attempted as (
      insert into webhook_attempts
        (endpoint_id, message_id, number, url, at, duration_ms, status, fault, response_headers, response_body)
      select r."endpointId", r."messageId", (
          select coalesce(max(a.number), 0) + 1 from webhook_attempts a
          where a.endpoint_id = r."endpointId" and a.message_id = r."messageId"),
        r.url, r.at, r."durationMs", r.status, r.fault, r."responseHeaders", r."responseBody"
      from ${recordset} join webhook_deliveries d on d.endpoint_id = r."endpointId" and d.message_id = r."messageId"
    )
    update webhook_deliveries d set tries = d.tries + 1,
      state = case when r.succeeded then 'delivered' when r."nextAttemptAt" is null then 'failed' else 'pending' end,
      next_attempt_at = case when r.succeeded then null else r."nextAttemptAt" end,
      finished_at = case when r.succeeded or r."nextAttemptAt" is null then r.at end
    from ${recordset}
    where d.endpoint_id = r."endpointId" and d.message_id = r."messageId" and d.state = 'pending'`,
};
const judgeEndpoints = {
  name: "judge_webhook_endpoints",
  text: `update webhook_endpoints e set due_at = least(e.due_at, j.next), failing_since =
      case when j.succeeded then null when j.failed_at is null then e.failing_since
        else coalesce(e.failing_since, j.failed_at) end
    from (
      select r."endpointId" as id, bool_or(r.succeeded) as succeeded,
        min(r."nextAttemptAt") filter (where not r.succeeded) as next,
        min(r.at) filter (where not r.succeeded and r.counts) as failed_at
      from ${recordset} group by 1
    ) j where e.id = j.id`,
};

/** Writes down how attempts ended and when the next ones are due. */
export function recordAttempts(pool: Pool, attempts: readonly AttemptRecord[]): Promise<void> {
  const values = [JSON.stringify(attempts)];
  return inTransaction(pool, async (client) => {
    await client.query({ ...lockEndpoints, values });
    await client.query({ ...writeAttempts, values });
    await client.query({ ...judgeEndpoints, values });
  });
}

/** Endpoints that have failed since before `since`, so that they are to be switched off. */
export async function findDeadEndpoints(pool: Pool, since: Instant, limit: number): Promise<WebhookEndpoint[]> {
  const { rows } = await pool.query<WebhookEndpoint>({
    name: "dead_webhook_endpoints",
    text: `select ${endpointColumns} from webhook_endpoints e
      where e.failing_since <= $1 and e.disabled_at is null order by e.failing_since limit $2`,
    values: [since, limit],
  });
  return rows;
}

/** Switches an endpoint off and gives up what it waits for. False: it was off already, or is gone. */
export async function disableEndpoint(
  client: PoolClient,
  id: Id,
  reason: DisabledReason,
  now: Instant,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `update webhook_endpoints set disabled_at = $3, disabled_reason = $2, due_at = null
     where id = $1 and disabled_at is null`,
    [id, reason, now],
  );
  if (rowCount !== 1) return false;
  await client.query(
    `update webhook_deliveries set state = 'failed', next_attempt_at = null, finished_at = $2
     where endpoint_id = $1 and state = 'pending'`,
    [id, now],
  );
  return true;
}

/** Forgets messages older than `before` that nobody waits for any more, with their deliveries; returns how many. */
export async function forgetMessages(pool: Pool, before: Instant, limit: number): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from webhook_messages where id in (
       select m.id from webhook_messages m where m.created_at < $1 and not exists (
         select from webhook_deliveries d where d.message_id = m.id and d.state = 'pending')
       order by m.created_at limit $2)`,
    [before, limit],
  );
  return rowCount ?? 0;
}
