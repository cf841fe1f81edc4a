import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/engine/engine.ts";
import { claimTask } from "../../src/market/claim-task.ts";
import { command } from "../../src/market/command.ts";
import { grantFunds } from "../../src/market/grant-funds.ts";
import { postTask } from "../../src/market/post-task.ts";
import { Refusal } from "../../src/model/errors.ts";
import type { Id } from "../../src/model/ids.ts";
import { EngineStage, endingOf, keyed } from "../support/engine-stage.ts";
import { aTask } from "../support/market-inputs.ts";

let stage: EngineStage;
let poster: Id;

beforeAll(async () => {
  stage = await EngineStage.open();
  poster = await stage.agent({ grantCredits: 100_000 });
});
afterAll(() => stage.close());

const keys = 500;
const repeats = 20;

function postUnder(key: string, engine: Engine = stage.engine) {
  return engine.execute(postTask, aTask(poster, { budget: 1 }), keyed(key));
}

function grantUnder(key: string, amount: number, fingerprint = String(amount), engine: Engine = stage.engine) {
  return engine.execute(grantFunds, { partyId: poster, currency: "credits", amount }, keyed(key, fingerprint));
}

/** Sends every key `repeats` times, all at once, to the engines in turn; the answers by key. */
async function sendAll(prefix: string, engines: readonly Engine[]): Promise<Map<string, string[]>> {
  const answers = new Map<string, string[]>();
  const sent: Promise<void>[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (let number = 0; number < keys; number++) {
      // Every other time backwards, so that engines meet each other's keys from both ends.
      const key = `${prefix} ${repeat % 2 === 0 ? number : keys - 1 - number}`;
      const engine = engines[(repeat + number) % engines.length] ?? stage.engine;
      const answer = postUnder(key, engine).then((result) => {
        answers.set(key, [...(answers.get(key) ?? []), JSON.stringify(result)]);
      });
      sent.push(answer);
    }
  }
  await Promise.all(sent);
  return answers;
}

function expectOneAnswerEach(answers: Map<string, string[]>): void {
  expect(answers.size).toBe(keys);
  for (const each of answers.values()) {
    expect(each).toHaveLength(repeats);
    expect(new Set(each).size).toBe(1);
  }
  expect(new Set([...answers.values()].map(([first]) => first)).size).toBe(keys);
}

describe("a repeated Idempotency-Key", () => {
  it("has one effect and one answer: 500 keys, 20 times each at once, and again after a restart", async () => {
    const [tasks, balance] = [await stage.count("tasks"), await stage.balance(poster)];
    const answers = await sendAll("one", [stage.engine]);
    expectOneAnswerEach(answers);
    expect(await stage.count("tasks")).toBe(tasks + keys);
    expect(await stage.balance(poster)).toBe(balance - keys);

    const again = await sendAll("one", [stage.anotherEngine()]);
    for (const [key, [first]] of answers) expect(again.get(key)).toEqual(Array(repeats).fill(first));
    expect(await stage.count("tasks")).toBe(tasks + keys);
    await stage.expectLedgerToBalance();
  });

  it("has one effect and one answer across two nodes at the same time", async () => {
    const [tasks, balance] = [await stage.count("tasks"), await stage.balance(poster)];
    const pools = [stage.anotherDatabase().market, stage.anotherDatabase().market];
    const answers = await sendAll(
      "two",
      pools.map((pool) => stage.anotherEngine({ pool })),
    );
    expectOneAnswerEach(answers);
    expect(await stage.count("tasks")).toBe(tasks + keys);
    expect(await stage.balance(poster)).toBe(balance - keys);
    await stage.expectLedgerToBalance();
  });

  it("with another request is refused with no effect, in the same batch and later", async () => {
    const before = await stage.balance(poster);
    const together = await Promise.all([endingOf(grantUnder("other", 1)), endingOf(grantUnder("other", 2))]);
    expect(together).toEqual([{ balance: before + 1 }, "idempotency_mismatch"]);
    expect(await endingOf(grantUnder("other", 3))).toBe("idempotency_mismatch");
    expect(await endingOf(grantUnder("other", 4, "4", stage.anotherEngine()))).toBe("idempotency_mismatch");
    expect(await stage.balance(poster)).toBe(before + 1);
    // And the mismatch has not taken the first answer's place.
    expect(await grantUnder("other", 1)).toEqual({ balance: before + 1 });
  });

  it("of another caller is another key", async () => {
    const before = await stage.balance(poster);
    const input = { partyId: poster, currency: "credits", amount: 1 } as const;
    for (const scope of ["alice", "bob"]) {
      await stage.engine.execute(grantFunds, input, { idempotency: { scope, key: "same", fingerprint: "same" } });
    }
    expect(await stage.balance(poster)).toBe(before + 2);
  });

  it("replays a refusal word for word, although the same request would succeed by now", async () => {
    const broke = await stage.agent({ ownerEmail: null });
    const post = (engine: Engine) =>
      engine
        .execute(postTask, aTask(broke, { budget: 5 }), keyed("broke"))
        .then(() => expect.fail("should be refused"))
        .catch((error: unknown) => {
          if (!(error instanceof Refusal)) throw error;
          return { code: error.code, kind: error.kind, message: error.message, details: error.details };
        });
    const first = await post(stage.engine);
    expect(first).toMatchObject({
      code: "funds_insufficient",
      details: { balance: 0, needed: 5, currency: "credits" },
    });
    await stage.engine.execute(grantFunds, { partyId: broke, currency: "credits", amount: 50 });
    expect(await post(stage.engine)).toEqual(first);
    expect(await post(stage.anotherEngine())).toEqual(first);
    expect(await stage.balance(broke)).toBe(50);
  });

  it("replays to the winner of a race the win, and to the losers the loss", async () => {
    const taskId = await stage.openTask(poster, { budget: 1 });
    const workers = await Promise.all(Array.from({ length: 20 }, () => stage.agent()));
    const claim = (workerId: Id) =>
      endingOf(stage.engine.execute(claimTask, { taskId, workerId }, keyed(`claim ${workerId}`)));
    const first = await Promise.all(workers.map(claim));
    expect(first.filter((ending) => ending === "task_taken")).toHaveLength(19);
    expect(await Promise.all(workers.map(claim))).toEqual(first);
  });

  it("does not keep a fault of ours: the retry may do better", async () => {
    let broken = true;
    const flaky = command<null, { readonly done: boolean }>({
      name: "flaky",
      loads: () => ({}),
      decide() {
        if (broken) throw new Error("a bug");
        return { done: true };
      },
    });
    expect(await endingOf(stage.engine.execute(flaky, null, keyed("flaky")))).toBe("internal");
    broken = false;
    expect(await endingOf(stage.engine.execute(flaky, null, keyed("flaky")))).toEqual({ done: true });
  });
});
