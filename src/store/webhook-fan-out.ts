import type { PoolClient } from "pg";
import type { TaskEvent } from "../model/events.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { WebhookFormat } from "../model/webhook.ts";
import { taskEvents } from "./book/tables.ts";

/** One line of a task's history, by its place. */
export interface EventPlace {
  readonly taskId: Id;
  readonly number: number;
}

/** A task as the agents it may be for are told of it. */
export interface NewTask extends EventPlace {
  readonly title: string;
  readonly description: string;
  readonly budget: number;
  readonly requiredCapabilities: readonly string[];
  readonly createdAt: Instant;
}

export interface NewMessage {
  readonly id: Id;
  readonly format: WebhookFormat;
  readonly type: string;
  readonly body: string;
  readonly taskId: Id | null;
  readonly eventNumber: number | null;
  readonly createdAt: Instant;
}

const places = `json_to_recordset($1) as r("taskId" uuid, "number" integer)`;
const eventColumns = taskEvents.columns
  .split(", ")
  .map((column) => `e.${column}`)
  .join(", ");

/**
 * Who is told of an event: the task's poster, whoever was at work on it at that moment, the agent it was posted for, and
 * the organizations that operate them. Of the moment in which a worker's engagement began or ended only what they did,
 * or what happened to them, is theirs. Where workers compete nobody is told of a rival: proposers and workers hear of
 * what they did, or what happened to them, and of how the task ended.
 */
const audience = `(
    select t.poster_id as party_id from tasks t where t.id = e.task_id
    union select t.agent_id from tasks t where t.id = e.task_id and e.type = 'task.posted' and t.agent_id is not null
    union select c.worker_id from proposals c where c.task_id = e.task_id
      and (c.worker_id in (e.actor_id, (e.data ->> 'workerId')::uuid)
        or e.type in ('task.completed', 'task.cancelled', 'task.expired'))
    union select a.worker_id from assignments a join tasks t on t.id = a.task_id and t.intake <> 'proposals'
      where a.task_id = e.task_id and (
      a.created_at < e.at and (a.ended_at is null or a.state = 'accepted' or e.at < a.ended_at)
      or e.at in (a.created_at, a.ended_at)
        and (e.type = 'task.rejected' or a.worker_id in (e.actor_id, (e.data ->> 'workerId')::uuid)))
  ) involved
  join parties p on p.id = involved.party_id`;
const endpointsOf = `webhook_endpoints w on w.party_id in (p.id, p.organization_id) and w.format = 'standard'
    and w.disabled_at is null and w.created_at <= e.at
    and (w.event_types = '{}' or w.event_types && array[e.type, split_part(e.type, '.', 1) || '.*'])`;

const pushEndpointsOf = `webhook_endpoints w
    where w.task_id = e.task_id and w.format = 'a2a' and w.disabled_at is null and w.created_at <= e.at`;

/** Those of the events that somebody wants to be told of. */
export async function readEventsToTell(client: PoolClient, events: readonly EventPlace[]): Promise<TaskEvent[]> {
  const { rows } = await client.query<TaskEvent>({
    name: "webhook_events_to_tell",
    text: `select ${eventColumns} from ${places} join task_events e on e.task_id = r."taskId" and e.number = r."number"
      where exists (select from ${audience} join ${endpointsOf})
      order by e.task_id, e.number`,
    values: [JSON.stringify(events)],
  });
  return rows;
}

/** 4-dialects, agentmarket: any capability overlaps; never to the poster, nor to whoever could not take it. */
const matchingAgents = `webhook_endpoints w
    join agents a on a.id = w.id and a.capabilities && t.required_capabilities
    join parties p on p.id = a.id
    join parties poster on poster.id = t.poster_id
    where w.format = 'agentmarket' and w.disabled_at is null and a.id <> t.poster_id
      and coalesce(p.organization_id, p.id) <> coalesce(poster.organization_id, poster.id)`;

/** Those of the events by which agents learn of a task on the board that they could do for credits. */
export async function readTasksToTell(client: PoolClient, events: readonly EventPlace[]): Promise<NewTask[]> {
  const { rows } = await client.query<NewTask>({
    name: "webhook_tasks_to_tell",
    text: `select t.id as "taskId", e.number, t.title, t.description, t.budget,
        t.required_capabilities as "requiredCapabilities", t.created_at as "createdAt"
      from ${places} join task_events e on e.task_id = r."taskId" and e.number = r."number"
      join tasks t on t.id = e.task_id
      where e.type = 'task.posted' and t.visibility = 'public' and t.intake = 'claim' and t.currency = 'credits'
        and exists (select from ${matchingAgents})`,
    values: [JSON.stringify(events)],
  });
  return rows;
}

/** Those of the events that change what a client of the A2A door sees of a task, where one wants to be told of it. */
export async function readPushesToTell(client: PoolClient, events: readonly EventPlace[]): Promise<EventPlace[]> {
  const { rows } = await client.query<EventPlace>({
    name: "webhook_pushes_to_tell",
    text: `select e.task_id as "taskId", e.number from ${places}
      join task_events e on e.task_id = r."taskId" and e.number = r."number"
      where e.type not like 'run.%' and exists (select from ${pushEndpointsOf})
      order by e.task_id, e.number`,
    values: [JSON.stringify(events)],
  });
  return rows;
}

/** Writes messages; returns those that were not there already, which are the ones still to be delivered. */
export async function addMessages(client: PoolClient, messages: readonly NewMessage[]): Promise<Id[]> {
  if (messages.length === 0) return [];
  const { rows } = await client.query<{ id: Id }>({
    name: "add_webhook_messages",
    text: `insert into webhook_messages (id, format, type, body, task_id, event_number, created_at)
      select r.id, r.format, r.type, r.body, r."taskId", r."eventNumber", r."createdAt"
      from json_to_recordset($1) as r(id uuid, format text, type text, body text, "taskId" uuid,
        "eventNumber" integer, "createdAt" timestamptz)
      on conflict do nothing returning id`,
    values: [JSON.stringify(messages)],
  });
  return rows.map(({ id }) => id);
}

/** Begins the deliveries of new messages that tell of events. */
export async function addEventDeliveries(client: PoolClient, messageIds: readonly Id[], now: Instant): Promise<void> {
  if (messageIds.length === 0) return;
  const { rows } = await client.query<{ messageId: Id; endpointId: Id }>({
    name: "webhook_receivers",
    text: `select m.id as "messageId", w.id as "endpointId"
      from webhook_messages m join task_events e on e.task_id = m.task_id and e.number = m.event_number
      cross join lateral (select distinct w.id from ${audience} join ${endpointsOf}) w
      where m.id = any($1) and m.format = 'standard'
      union all
      select m.id, w.id from webhook_messages m join tasks t on t.id = m.task_id
      cross join lateral (select w.id from ${matchingAgents}) w
      where m.id = any($1) and m.format = 'agentmarket'
      union all
      select m.id, w.id from webhook_messages m
      join task_events e on e.task_id = m.task_id and e.number = m.event_number
      cross join lateral (select w.id from ${pushEndpointsOf}) w
      where m.id = any($1) and m.format = 'a2a'`,
    values: [messageIds],
  });
  await addDeliveries(client, rows, now);
}

/** Begins deliveries, to be sent at once. Locks their endpoints, in one order. */
export async function addDeliveries(
  client: PoolClient,
  deliveries: readonly { readonly messageId: Id; readonly endpointId: Id }[],
  now: Instant,
): Promise<void> {
  if (deliveries.length === 0) return;
  const endpointIds = [...new Set(deliveries.map(({ endpointId }) => endpointId))];
  await makeDue(client, endpointIds, now);
  await client.query({
    name: "add_webhook_deliveries",
    text: `insert into webhook_deliveries (endpoint_id, message_id, state, begun_at, next_attempt_at)
      select r."endpointId", r."messageId", 'pending', $2, $2
      from json_to_recordset($1) as r("endpointId" uuid, "messageId" uuid) join webhook_endpoints e on e.id = r."endpointId"`,
    values: [JSON.stringify(deliveries), now],
  });
}

/** Locks endpoints and sees to it that they are looked at from `dueAt` on. */
export async function makeDue(client: PoolClient, endpointIds: readonly Id[], dueAt: Instant): Promise<void> {
  await client.query({
    name: "make_webhooks_due",
    text: `with locked as (
        select id from webhook_endpoints where id = any($1) order by id for no key update
      )
      update webhook_endpoints e set due_at = least(e.due_at, $2) from locked where e.id = locked.id`,
    values: [endpointIds, dueAt],
  });
}

/** A party's own endpoints that are to be told of something that is no event. */
export async function readLiveEndpoints(client: PoolClient, partyId: Id, type: string): Promise<Id[]> {
  const { rows } = await client.query<{ id: Id }>(
    `select id from webhook_endpoints where party_id = $1 and format = 'standard' and disabled_at is null
       and (event_types = '{}' or event_types && array[$2, split_part($2, '.', 1) || '.*'])`,
    [partyId, type],
  );
  return rows.map(({ id }) => id);
}
