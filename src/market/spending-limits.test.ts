import { beforeEach, describe, expect, it } from "vitest";
import { aTask } from "../../test/support/market-inputs.ts";
import { MarketStage } from "../../test/support/market-stage.ts";
import { dayOf } from "../model/instant.ts";
import type { Limited, Spender } from "../model/spending.ts";
import { cancelTask } from "./cancel-task.ts";
import { grantFunds } from "./grant-funds.ts";
import { postTask } from "./post-task.ts";
import { requestCash } from "./request-cash.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

/** Bound to so many credits (and cents) today. */
function bound(amount: number, of: Limited = "key", subjectId = "00000000-0000-7000-8000-00000000000a"): Spender {
  const limit = { of, subjectId, amount };
  return {
    day: dayOf(stage.market.now),
    limits: [
      { ...limit, currency: "credits" },
      { ...limit, currency: "usd" },
    ],
  };
}

const post = (budget: number, spender: Spender) =>
  stage.market.execute(postTask, aTask(stage.poster, { budget, spender }));

describe("a spending limit", () => {
  it("lets through what fits, to the last credit, and then nothing until the next day", () => {
    post(30, bound(50));
    post(20, bound(50));
    expect(() => post(1, bound(50))).toThrow("may spend 50 credits a day; 0 are left until");
    expect(stage.market.balance(stage.poster)).toBe(50);
    stage.market.advanceMinutes(24 * 60);
    expect(post(50, bound(50)).balance).toBe(0);
  });

  it("refuses what is too much with the limit, what is left and when there is more, and moves nothing", () => {
    post(30, bound(50));
    const before = stage.market.balance(stage.poster);
    expect(() => post(21, bound(50))).toThrow(
      expect.objectContaining({
        code: "spending_limit_reached",
        details: expect.objectContaining({ of: "key", currency: "credits", limit: 50, left: 20, needed: 21 }),
      }),
    );
    expect(stage.market.balance(stage.poster)).toBe(before);
    expect(post(20, bound(50)).task.state).toBe("open");
  });

  it("of an agent and of its key both bind", () => {
    const both = (key: number, agent: number): Spender => ({
      day: dayOf(stage.market.now),
      limits: [...bound(key).limits, ...bound(agent, "agent", stage.poster).limits],
    });
    post(10, both(50, 15));
    expect(() => post(10, both(50, 15))).toThrow("This agent may spend 15 credits a day; 5 are left");
    expect(() => post(45, both(50, 100))).toThrow("This API key may spend 50 credits a day; 40 are left");
    // What one limit refused was not counted by the other.
    expect(post(40, both(50, 100)).task.state).toBe("open");
  });

  it("counts what comes back as spent", () => {
    const { task } = post(50, bound(50));
    stage.market.execute(cancelTask, { taskId: task.id, posterId: stage.poster });
    expect(stage.market.balance(stage.poster)).toBe(100);
    expect(() => post(1, bound(50))).toThrow("0 are left");
  });

  it("of no credits at all refuses the first", () => {
    expect(() => post(1, bound(0))).toThrow("may spend 0 credits a day");
  });

  it("binds payouts, with what was posted in US dollars; deposits are free", () => {
    stage.market.execute(grantFunds, { partyId: stage.poster, amount: 500, currency: "usd" });
    const cash = (kind: "payout" | "deposit", amountCents: number, spender: Spender) =>
      stage.market.execute(requestCash, {
        kind,
        partyId: stage.poster,
        amountCents,
        provider: "manual",
        reference: null,
        spender,
      });
    stage.market.execute(postTask, aTask(stage.poster, { budget: 60, currency: "usd", spender: bound(100) }));
    expect(() => cash("payout", 41, bound(100))).toThrow("may spend 100 cents a day; 40 are left");
    expect(cash("payout", 40, bound(100)).balance).toBe(400);
    expect(cash("deposit", 1_000, bound(100)).request.state).toBe("requested");
  });
});
