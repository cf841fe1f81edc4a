import { readA2aTasks } from "../store/a2a-tasks.ts";
import { inTransaction } from "../store/transaction.ts";
import {
  addEventDeliveries,
  addMessages,
  type EventPlace,
  type NewMessage,
  readEventsToTell,
  readPushesToTell,
  readTasksToTell,
} from "../store/webhook-fan-out.ts";
import type { WebhookJob, WebhookJobContext } from "./webhook-context.ts";

/** One task on the board may concern thousands of agents: few events to a transaction. */
const eventsPerTransaction = 16;

/**
 * Turns a batch's events into deliveries. The job was written in the batch's own transaction, so that none is lost; a
 * message is unique to its event, so that a job that runs twice sends nothing twice.
 */
export const fanOutWebhooks: WebhookJob = async (context, payload) => {
  const events = readPayload(payload);
  let messages = 0;
  for (let first = 0; first < events.length; first += eventsPerTransaction) {
    messages += await fanOut(context, events.slice(first, first + eventsPerTransaction));
  }
  if (messages > 0) context.webhooks.wake();
  return messages;
};

async function fanOut(
  { reads, clock, newId, webhooks }: WebhookJobContext,
  events: readonly EventPlace[],
): Promise<number> {
  const now = clock();
  return inTransaction(reads, async (client) => {
    const standard = (await readEventsToTell(client, events)).map(
      (event): NewMessage => ({
        id: newId(),
        format: "standard",
        type: event.type,
        body: JSON.stringify({ type: event.type, timestamp: event.at, data: webhooks.payloads.eventData(event) }),
        taskId: event.taskId,
        eventNumber: event.number,
        createdAt: now,
      }),
    );
    const agentMarket = (await readTasksToTell(client, events)).map(
      (task): NewMessage => ({
        id: newId(),
        format: "agentmarket",
        type: "task.posted",
        body: JSON.stringify(webhooks.payloads.newTask(task)),
        taskId: task.taskId,
        eventNumber: task.number,
        createdAt: now,
      }),
    );
    const places = await readPushesToTell(client, events);
    const tasks = await readA2aTasks(client, [...new Set(places.map(({ taskId }) => taskId))]);
    const pushes = places.flatMap(({ taskId, number }): NewMessage[] => {
      const task = tasks.get(taskId);
      if (task === undefined) return [];
      const body = JSON.stringify(webhooks.payloads.pushedTask(task));
      return [{ id: newId(), format: "a2a", type: "task", body, taskId, eventNumber: number, createdAt: now }];
    });
    const fresh = await addMessages(client, [...standard, ...agentMarket, ...pushes]);
    await addEventDeliveries(client, fresh, now);
    return fresh.length;
  });
}

function readPayload(payload: unknown): EventPlace[] {
  const events = typeof payload === "object" && payload !== null && "events" in payload ? payload.events : undefined;
  if (!Array.isArray(events)) throw new Error("The job does not say which events.");
  return events.map(([taskId, number]: [string, number]) => ({ taskId, number }));
}
