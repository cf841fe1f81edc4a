import { expect } from "vitest";
import { verifyWebhook } from "../../sdk/src/webhooks.ts";
import type { WebhookJobContext } from "../../src/jobs/webhook-context.ts";
import { instantToMs } from "../../src/model/instant.ts";
import { LocalObjectStore } from "../../src/outbound/local-object-store.ts";
import { NativeClient } from "./native-client.ts";
import { openTestHouse, type TestHouse } from "./test-house.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { eventually, type Received, WebhookReceiver } from "./webhook-receiver.ts";

/** A webhook as its owner knows it, leading to a path of the stage's receiver. */
export interface Hook {
  readonly id: string;
  readonly secret: string;
  readonly path: string;
}

/** So that a house may call loopback. */
export const localHouse = { allowHttpUrls: true, openNetworks: ["127.0.0.0/8"] };

/** A house that sends webhooks, by a clock that is turned by hand, and somebody who receives them. */
export class WebhookStage {
  readonly clock: VirtualClock;
  readonly house: TestHouse;
  readonly native: NativeClient;
  readonly receiver: WebhookReceiver;
  #hooks = 0;

  private constructor(receiver: WebhookReceiver, clock: VirtualClock, house: TestHouse) {
    this.receiver = receiver;
    this.clock = clock;
    this.house = house;
    this.native = new NativeClient(house.url);
  }

  static async set(): Promise<WebhookStage> {
    const clock = new VirtualClock();
    const receiver = await WebhookReceiver.start();
    const house = await openTestHouse({ config: localHouse, clock: clock.now, takesJobs: true });
    return new WebhookStage(receiver, clock, house);
  }

  async close(): Promise<void> {
    await this.house.close();
    await this.receiver.goDown();
  }

  async hookOf(key: string, fields: Record<string, unknown> = {}): Promise<Hook> {
    const path = `/hook/${++this.#hooks}`;
    const { status, body } = await this.native.post("/v1/webhooks", key, { url: this.receiver.url(path), ...fields });
    expect(status).toBe(201);
    return { id: body.webhook.id, secret: body.secret, path };
  }

  /** Waits for so many requests at a path. */
  received(path: string, count: number): Promise<Received[]> {
    const enough = () => (this.receiver.at(path).length >= count ? this.receiver.at(path) : undefined);
    return eventually(enough, `${count} webhooks at ${path}`);
  }

  /** The newest delivery to a webhook, once so many attempts were made. */
  // biome-ignore lint/suspicious/noExplicitAny: as it came over the wire
  deliveryOf(hook: Hook, key: string, attempts: number): Promise<any> {
    const path = `/v1/webhooks/${hook.id}/deliveries`;
    return eventually(async () => {
      const [newest] = (await this.native.get(path, key)).body.data;
      if (newest === undefined || newest.attempt_count < attempts) return undefined;
      return (await this.native.get(`${path}/${newest.id}`, key)).body.delivery;
    }, `attempt ${attempts}`);
  }

  /** Longer than the pause after which the house looks again for what is due. */
  nothingMore(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 700));
  }

  /** The payload; rejects unless it is signed with this secret, now. */
  verified({ body, headers }: Received, secret: string): Promise<unknown> {
    return verifyWebhook({ secret, body, headers, nowMs: instantToMs(this.clock.now()) });
  }

  /** For a job that is run by hand. */
  jobContext(): WebhookJobContext {
    return {
      engine: this.house.app.engine,
      reads: this.house.app.database.reads,
      clock: this.clock.now,
      objects: new LocalObjectStore("no job here opens a file"),
      newId: () => crypto.randomUUID(),
      webhooks: { payloads: { eventData: () => null, newTask: () => null, pushedTask: () => null }, wake: () => undefined },
    };
  }
}
