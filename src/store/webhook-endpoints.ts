import type { ClientBase, Pool } from "pg";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { OwnWebhook, WebhookEndpoint } from "../model/webhook.ts";
import type { IdempotencyKey } from "./idempotency.ts";
import { inTransaction, once } from "./transaction.ts";

const maxEndpointsPerParty = 50;

export const endpointColumns = `e.id, e.party_id as "partyId", e.format, e.url, e.description,
  e.event_types as "eventTypes", e.secret_version as "secretVersion",
  e.previous_secret_until as "previousSecretUntil", e.created_at as "createdAt", e.failing_since as "failingSince",
  e.disabled_at as "disabledAt", e.disabled_reason as "disabledReason", e.push`;

export interface EndpointQuery {
  readonly partyId: Id;
  /** Only endpoints older than this one. */
  readonly beforeId: Id | undefined;
  readonly limit: number;
}

/** A page of a party's endpoints, the newest first. */
export async function readEndpoints(pool: Pool, query: EndpointQuery): Promise<OwnWebhook[]> {
  const { rows } = await pool.query<OwnWebhook>({
    name: "webhook_endpoints",
    text: `select ${endpointColumns} from webhook_endpoints e
      where e.party_id = $1 and e.format <> 'a2a' and ($2::uuid is null or e.id < $2) order by e.id desc limit $3`,
    values: [query.partyId, query.beforeId ?? null, query.limit],
  });
  return rows;
}

/** One of a party's endpoints, or undefined. */
export async function readEndpoint(pool: Pool, id: Id, partyId: Id): Promise<OwnWebhook | undefined> {
  const { rows } = await pool.query<OwnWebhook>({
    name: "webhook_endpoint",
    text: `select ${endpointColumns} from webhook_endpoints e where e.id = $1 and e.party_id = $2 and e.format <> 'a2a'`,
    values: [id, partyId],
  });
  return rows[0];
}

export type NewEndpoint = Pick<WebhookEndpoint, "id" | "partyId" | "url" | "description" | "eventTypes" | "createdAt">;

/** Makes an endpoint and returns its id, the first one's where the request is repeated. Refuses `webhook_limit`. */
export function addEndpoint(pool: Pool, endpoint: NewEndpoint, idempotency: IdempotencyKey | undefined): Promise<Id> {
  return once(pool, idempotency, async (client) => {
    // Locked, so that requests sent at once are counted one after the other.
    await client.query("select from parties where id = $1 for no key update", [endpoint.partyId]);
    const { rows } = await client.query<{ count: number }>(
      "select count(*) as count from webhook_endpoints where party_id = $1 and format = 'standard'",
      [endpoint.partyId],
    );
    if ((rows[0]?.count ?? 0) >= maxEndpointsPerParty) refuse("webhook_limit");
    await client.query(
      `insert into webhook_endpoints (id, party_id, format, url, description, event_types, created_at)
       values ($1, $2, 'standard', $3, $4, $5, $6)`,
      [endpoint.id, endpoint.partyId, endpoint.url, endpoint.description, endpoint.eventTypes, endpoint.createdAt],
    );
    return endpoint.id;
  });
}

export type EndpointChange = Pick<
  WebhookEndpoint,
  "url" | "description" | "eventTypes" | "failingSince" | "disabledAt" | "disabledReason"
>;

/** Writes all that its owner may change. What waits for the endpoint is looked at anew. */
export async function changeEndpoint(pool: Pool, id: Id, change: EndpointChange): Promise<void> {
  await pool.query(
    `update webhook_endpoints set url = $2, description = $3, event_types = $4, failing_since = $5, disabled_at = $6,
       disabled_reason = $7, due_at = created_at where id = $1`,
    [
      id,
      change.url,
      change.description,
      change.eventTypes,
      change.failingSince,
      change.disabledAt,
      change.disabledReason,
    ],
  );
}

export async function removeEndpoint(pool: Pool, id: Id): Promise<void> {
  await pool.query("delete from webhook_endpoints where id = $1", [id]);
}

/**
 * Begins a new secret; the one before it goes on until `previousUntil`, the one before that ends now. Returns the new
 * version, the first one's where the request is repeated.
 */
export function rotateSecret(
  pool: Pool,
  id: Id,
  previousUntil: Instant,
  idempotency: IdempotencyKey | undefined,
): Promise<number> {
  return once(pool, idempotency, async (client) => {
    const { rows } = await client.query<{ version: number }>(
      `update webhook_endpoints set secret_version = secret_version + 1, previous_secret_until = $2 where id = $1
       returning secret_version as version`,
      [id, previousUntil],
    );
    return rows[0]?.version ?? refuse("webhook_not_found");
  });
}

/** The statement by which the book gives new agents with a webhook an endpoint. */
export const insertAgentWebhooks = {
  name: "insert_agent_webhooks",
  text: `insert into webhook_endpoints (id, party_id, format, url, event_types, created_at)
    select r.id, r.id, 'agentmarket', r."webhookUrl", '{task.posted}', now()
    from json_to_recordset($1) as r(id uuid, "webhookUrl" text) where r."webhookUrl" is not null`,
  values: (rows: readonly unknown[]): [string] => [JSON.stringify(rows)],
};

/** Sets or (null) removes where an agent is told of new tasks. One that was switched off begins anew. */
export async function setAgentWebhook(pool: Pool, agentId: Id, url: string | null): Promise<void> {
  await inTransaction(pool, async (client: ClientBase) => {
    await client.query("update agents set webhook_url = $2 where id = $1", [agentId, url]);
    if (url === null) await client.query("delete from webhook_endpoints where id = $1", [agentId]);
    else {
      await client.query(
        `insert into webhook_endpoints (id, party_id, format, url, event_types, created_at)
         values ($1, $1, 'agentmarket', $2, '{task.posted}', now())
         on conflict (id) do update set url = $2, failing_since = null, disabled_at = null, disabled_reason = null`,
        [agentId, url],
      );
    }
  });
}
