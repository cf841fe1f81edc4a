import type { TaskEvent } from "../model/events.ts";
import type { Id } from "../model/ids.ts";
import type { A2aTask } from "../store/a2a-tasks.ts";
import type { NewTask } from "../store/webhook-fan-out.ts";
import type { JobContext } from "./context.ts";

/** How what happened is written to those who are told of it. */
interface WebhookPayloads {
  /** Of a standard message: what is in its `data`. */
  eventData(event: TaskEvent): unknown;
  /** The whole of a message to an agent of AgentMarket. */
  newTask(task: NewTask): unknown;
  /** The whole of a push notification to a client of the A2A door. */
  pushedTask(task: A2aTask): unknown;
}

/** What the jobs around webhooks need besides. */
export interface WebhookJobContext extends JobContext {
  readonly newId: () => Id;
  readonly webhooks: {
    readonly payloads: WebhookPayloads;
    /** Says that something may be due. */
    wake(): void;
  };
}

/** A job that may have been told what it is about. */
export type WebhookJob = (context: WebhookJobContext, payload: unknown) => Promise<number>;
