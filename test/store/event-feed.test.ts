import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TaskEvent } from "../../src/model/events.ts";
import { EventFeed, type Watcher } from "../../src/store/event-feed.ts";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let market: NativeClient;
let poster: Member;
let worker: Member;

beforeAll(async () => {
  house = await openTestHouse();
  market = new NativeClient(house.url);
  poster = await foundOrganization(house);
  worker = await market.createAgent((await foundOrganization(house)).key);
});
afterAll(() => house.close());

class Notes implements Watcher {
  readonly numbers: number[] = [];
  deliver(events: readonly TaskEvent[]): void {
    for (const { number } of events) this.numbers.push(number);
  }
  async ready(): Promise<void> {}
  end(): void {}
}

const pause = (durationMs: number) => new Promise((resolve) => setTimeout(resolve, durationMs));

/** The same database, from which every answer takes a while to arrive. */
function farAway(pool: Pool, delayMs: number): Pool {
  return new Proxy(pool, {
    get(target, property) {
      if (property !== "query") return Reflect.get(target, property);
      // biome-ignore lint/suspicious/noExplicitAny: hands on whatever it is given
      return async (...given: any[]) => {
        const answer = await Reflect.apply(target.query, target, given);
        await pause(delayMs);
        return answer;
      };
    },
  });
}

describe("a watcher that is still reading what was written before", () => {
  it("misses nothing that is committed while its answer is on the way", async () => {
    const feed = new EventFeed({
      address: house.database.address,
      reads: farAway(house.app.database.reads, 400),
      onFault: (error) => {
        throw error;
      },
    });
    await feed.start();
    const taskId = await market.postTask(poster.key);
    const { body } = await market.post(`/v1/tasks/${taskId}/claim`, worker.key);
    const notes = new Notes();
    const stop = feed.watch(taskId, 0, notes);
    await pause(150);
    expect(notes.numbers).toEqual([]);
    await market.post(`/v1/assignments/${body.assignment.id}/progress`, worker.key, { content: "Meanwhile." });
    await expect.poll(() => notes.numbers, { timeout: 3_000 }).toEqual([1, 2, 3]);
    stop();
    expect(feed.watcherCount).toBe(0);
    await feed.close();
  });
});
