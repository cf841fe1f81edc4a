import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { command } from "../../src/market/command.ts";
import { grantFunds } from "../../src/market/grant-funds.ts";
import { postTask } from "../../src/market/post-task.ts";
import type { Id } from "../../src/model/ids.ts";
import { eventsChannel } from "../../src/store/book/save-book.ts";
import { EngineStage, endingOf } from "../support/engine-stage.ts";
import { aTask } from "../support/market-inputs.ts";

let stage: EngineStage;
let poster: Id;

beforeAll(async () => {
  stage = await EngineStage.open();
  poster = await stage.agent();
});
afterAll(() => stage.close());
beforeEach(async () => {
  await stage.engine.execute(grantFunds, { partyId: poster, currency: "credits", amount: 100_000 });
  stage.batches.length = 0;
});

const post = () => stage.engine.execute(postTask, aTask(poster, { budget: 1 }));
const times = <Result>(count: number, make: () => Result): Result[] => Array.from({ length: count }, make);

describe("batching", () => {
  it("makes one transaction of what is sent in the same turn of the event loop", async () => {
    await Promise.all(times(100, post));
    expect(stage.batches).toMatchObject([{ commands: 100, refused: 0 }]);
  });

  it("splits what is waiting into batches of at most 256, first come first served", async () => {
    const results = await Promise.all(times(600, post));
    expect(stage.batches.map((batch) => batch.commands)).toEqual([256, 256, 88]);
    const balances = results.map((result) => result.balance);
    expect(balances).toEqual(balances.toSorted((a, b) => b - a));
    await stage.expectLedgerToBalance();
  });

  it("gathers what arrives while a transaction commits: 200 clients, a thousand commands, few transactions", async () => {
    const client = async (): Promise<void> => {
      for (let sent = 0; sent < 5; sent++) await post();
    };
    await Promise.all(times(200, client));
    const commands = stage.batches.reduce((sum, batch) => sum + batch.commands, 0);
    expect(commands).toBe(1_000);
    expect(stage.batches.length).toBeLessThan(50);
  });

  it("adds no company to a command that comes alone", async () => {
    await post();
    expect(stage.batches).toMatchObject([{ commands: 1 }]);
  });

  it("counts refused commands apart, and lets them take nobody with them", async () => {
    const tooMuch = () => stage.engine.execute(postTask, aTask(poster, { budget: 999_999_999 }));
    const endings = await Promise.all(times(10, () => [endingOf(post()), endingOf(tooMuch())]).flat());
    expect(endings.filter((ending) => ending === "funds_insufficient")).toHaveLength(10);
    expect(stage.batches).toMatchObject([{ commands: 20, refused: 10 }]);
  });
});

describe("an answer", () => {
  it("comes only after the commit: what it says is there for everybody", async () => {
    const seen = times(50, async () => {
      const { task } = await post();
      const { rowCount } = await stage.database.reads.query("select from tasks where id = $1", [task.id]);
      return rowCount;
    });
    expect(await Promise.all(seen)).toEqual(times(50, () => 1));
  });

  it("waits as long as the commit takes", async () => {
    const admin = await stage.client();
    await admin.query(`
      create function linger() returns trigger language plpgsql as $$ begin perform pg_sleep(0.4); return null; end $$;
      create constraint trigger linger after insert on tasks deferrable initially deferred
        for each row when (new.title = 'slow to commit') execute function linger()`);
    const startedMs = performance.now();
    await stage.engine.execute(postTask, aTask(poster, { budget: 1, title: "slow to commit" }));
    expect(performance.now() - startedMs).toBeGreaterThan(390);
    await admin.query("drop trigger linger on tasks");
  });
});

describe("a bounded queue", () => {
  it("refuses one command too many with queue_full, and takes more once there is room", async () => {
    const engine = stage.anotherEngine({ maxQueueLength: 10 });
    const grant = () => engine.execute(grantFunds, { partyId: poster, currency: "credits", amount: 1 });
    const before = await stage.balance(poster);
    const endings = await Promise.all(times(25, () => endingOf(grant())));
    expect(endings.filter((ending) => ending === "queue_full")).toHaveLength(15);
    expect(endings.slice(0, 10).every((ending) => typeof ending === "object")).toBe(true);
    expect(await stage.balance(poster)).toBe(before + 10);
    expect(await endingOf(grant())).toEqual({ balance: before + 11 });
  });
});

describe("closing", () => {
  it("finishes what it has and refuses what comes after", async () => {
    const engine = stage.anotherEngine();
    const grant = () => engine.execute(grantFunds, { partyId: poster, currency: "credits", amount: 1 });
    const before = await stage.balance(poster);
    const waiting = times(600, grant);
    const closing = engine.close();
    expect(await endingOf(grant())).toBe("shutting_down");
    await closing;
    expect(engine.queueLength).toBe(0);
    expect(await stage.balance(poster)).toBe(before + 600);
    await Promise.all(waiting);
    await engine.close();
  });
});

describe("notifying", () => {
  it("sends one NOTIFY for a batch, naming the tasks whose history grew, and none where none did", async () => {
    const listener = await stage.client();
    const payloads: string[] = [];
    listener.on("notification", ({ channel, payload }) => {
      if (channel === eventsChannel) payloads.push(payload ?? "");
    });
    await listener.query(`listen ${eventsChannel}`);

    const ids = (await Promise.all(times(100, post))).map((result) => result.task.id);
    await stage.engine.execute(grantFunds, { partyId: poster, currency: "credits", amount: 1 });
    await endingOf(stage.engine.execute(postTask, aTask(poster, { budget: 999_999_999 })));
    await listener.query("select 1");
    expect(payloads.map((payload) => JSON.parse(payload))).toEqual([{ tasks: ids }]);

    await Promise.all(times(200, post));
    await listener.query("select 1");
    // Too many to name in one payload: the listener looks for itself.
    expect(payloads.slice(1)).toEqual(["{}"]);
    expect(stage.batches).toHaveLength(4);
  });
});

describe("a command that fails by a fault of ours", () => {
  it("is answered internal, alone, and leaves nothing behind", async () => {
    const faulty = command<Id, never>({
      name: "faulty",
      loads: (partyId) => ({ parties: [partyId] }),
      decide(book, partyId) {
        grantFunds.decide(book, { partyId, currency: "credits", amount: 1_000 });
        throw new TypeError("a bug");
      },
    });
    const before = await stage.balance(poster);
    const endings = await Promise.all([
      endingOf(post()),
      endingOf(stage.engine.execute(faulty, poster)),
      endingOf(post()),
    ]);
    expect(endings).toMatchObject([{ balance: before - 1 }, "internal", { balance: before - 2 }]);
    expect(stage.batches).toMatchObject([{ commands: 3, refused: 1 }]);
    expect(stage.faults).toMatchObject([{ message: "a bug" }]);
    await stage.expectLedgerToBalance();
  });
});
