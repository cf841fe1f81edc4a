import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { DeliveryState } from "../model/webhook.ts";
import type { IdempotencyKey } from "./idempotency.ts";
import { once } from "./transaction.ts";
import { addDeliveries, addMessages, makeDue, type NewMessage } from "./webhook-fan-out.ts";

/** A message on its way to an endpoint, as its owner sees it. Its id is the message's, the receiver's `webhook-id`. */
export interface Delivery {
  readonly id: Id;
  readonly endpointId: Id;
  readonly type: string;
  readonly taskId: Id | null;
  readonly state: DeliveryState;
  readonly attemptCount: number;
  readonly nextAttemptAt: Instant | null;
  readonly createdAt: Instant;
  readonly finishedAt: Instant | null;
}

export interface Attempt {
  readonly number: number;
  readonly url: string;
  readonly at: Instant;
  readonly durationMs: number;
  readonly status: number | null;
  readonly fault: string | null;
  readonly responseHeaders: Readonly<Record<string, string>> | null;
  readonly responseBody: string | null;
}

const columns = `m.id, d.endpoint_id as "endpointId", m.type, m.task_id as "taskId", d.state,
  (select count(*) from webhook_attempts a where a.endpoint_id = d.endpoint_id and a.message_id = d.message_id)
    as "attemptCount",
  d.next_attempt_at as "nextAttemptAt", m.created_at as "createdAt", d.finished_at as "finishedAt"`;

export interface DeliveryQuery {
  readonly endpointId: Id;
  readonly state: DeliveryState | undefined;
  /** Only deliveries of older messages. */
  readonly beforeId: Id | undefined;
  readonly limit: number;
}

/** A page of what was or is to be sent to an endpoint, the newest first. */
export async function readDeliveries(pool: Pool, query: DeliveryQuery): Promise<Delivery[]> {
  const { rows } = await pool.query<Delivery>({
    name: "webhook_deliveries",
    text: `select ${columns} from webhook_deliveries d join webhook_messages m on m.id = d.message_id
      where d.endpoint_id = $1 and ($2::text is null or d.state = $2) and ($3::uuid is null or d.message_id < $3)
      order by d.message_id desc limit $4`,
    values: [query.endpointId, query.state ?? null, query.beforeId ?? null, query.limit],
  });
  return rows;
}

export interface DeliveryDetails extends Delivery {
  /** What is sent. */
  readonly body: string;
  readonly attempts: readonly Attempt[];
}

/** More are of no use on one page; ten days of them are about thirty. */
const maxListedAttempts = 100;

/** One delivery with its attempts, the newest first; undefined if there is none. */
export async function readDelivery(pool: Pool, endpointId: Id, id: Id): Promise<DeliveryDetails | undefined> {
  const values = [endpointId, id];
  const [found, attempts] = await Promise.all([
    pool.query<Delivery & { body: string }>({
      name: "webhook_delivery",
      text: `select ${columns}, m.body from webhook_deliveries d join webhook_messages m on m.id = d.message_id
        where d.endpoint_id = $1 and d.message_id = $2`,
      values,
    }),
    pool.query<Attempt>({
      name: "webhook_attempts",
      text: `select number, url, at, duration_ms as "durationMs", status, fault,
          response_headers as "responseHeaders", response_body as "responseBody"
        from webhook_attempts where endpoint_id = $1 and message_id = $2 order by number desc limit ${maxListedAttempts}`,
      values,
    }),
  ]);
  const delivery = found.rows[0];
  return delivery && { ...delivery, attempts: attempts.rows };
}

/** Sends a message again, now and if it fails by the schedule anew. False: there is no such delivery. */
export function replayDelivery(
  pool: Pool,
  endpointId: Id,
  id: Id,
  now: Instant,
  idempotency: IdempotencyKey | undefined,
): Promise<boolean> {
  return once(pool, idempotency, async (client) => {
    await makeDue(client, [endpointId], now);
    const { rowCount } = await client.query(
      `update webhook_deliveries set state = 'pending', tries = 0, begun_at = $3, next_attempt_at = $3,
         finished_at = null where endpoint_id = $1 and message_id = $2`,
      [endpointId, id, now],
    );
    return rowCount === 1;
  });
}

/** Sends one message of no event to one endpoint; returns its id, the first one's where the request is repeated. */
export function sendMessage(
  pool: Pool,
  endpointId: Id,
  message: NewMessage,
  idempotency: IdempotencyKey | undefined,
): Promise<Id> {
  return once(pool, idempotency, async (client) => {
    await addMessages(client, [message]);
    await addDeliveries(client, [{ endpointId, messageId: message.id }], message.createdAt);
    return message.id;
  });
}
