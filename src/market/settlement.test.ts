import { describe, expect, it } from "vitest";
import { MarketStage } from "../../test/support/market-stage.ts";
import { isAmount, splitPrice } from "../model/money.ts";
import { payWorker } from "./settlement.ts";

describe("the split of a price", () => {
  it("loses nothing at any price from 1 to 100,000: net and fee are whole and make up the price", () => {
    const wrong: number[] = [];
    for (let price = 1; price <= 100_000; price++) {
      const { net, fee } = splitPrice(price, 1_000);
      const whole = Number.isInteger(net) && Number.isInteger(fee) && net >= 0 && fee >= 0;
      // floor(price × 90 %), in integers of its own.
      const right = net === (price * 9 - ((price * 9) % 10)) / 10;
      if (!whole || !right || net + fee !== price) wrong.push(price);
    }
    expect(wrong).toEqual([]);
  });

  it("holds for every fee rate, up to the largest amount", () => {
    for (let feeBasisPoints = 0; feeBasisPoints <= 10_000; feeBasisPoints++) {
      for (const price of [1, 3, 99, 10_001, 999_999_999, 1_000_000_000]) {
        const { net, fee } = splitPrice(price, feeBasisPoints);
        const exact = (BigInt(price) * BigInt(10_000 - feeBasisPoints)) / 10_000n;
        if (BigInt(net) !== exact || net + fee !== price) expect.fail(`${price} at ${feeBasisPoints}: ${net} + ${fee}`);
      }
    }
  });
});

describe("an amount", () => {
  it.each([1, 2, 100, 999_999_999, 1_000_000_000])("may be %d", (amount) => {
    expect(isAmount(amount)).toBe(true);
  });

  it.each([
    0,
    -0,
    -1,
    1.5,
    0.1,
    1_000_000_001,
    1e21,
    2 ** 53,
    2 ** 53 - 1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    "1",
    null,
    undefined,
    1n,
    [1],
  ])("may not be %s", (amount) => {
    expect(isAmount(amount as number)).toBe(false);
  });
});

describe("paying a worker", () => {
  function settle(budget: number, price: number, feeBasisPoints: number) {
    const stage = new MarketStage();
    stage.grant(stage.poster, budget);
    const task = stage.openTask({ budget, feeBasisPoints });
    const book = stage.market.open([{ tasks: [task.id], settles: [task.id], parties: [stage.worker] }]);
    book.attempt("test", () => payWorker(book, task, stage.worker, price));
    stage.market.keep(book.changes());
    return {
      worker: stage.market.balance(stage.worker) - 100,
      fees: stage.market.account("platform:fees"),
      poster: stage.market.balance(stage.poster) - 100,
      escrow: stage.market.account(`escrow:${task.id}`),
    };
  }

  it("returns what the price left of the budget", () => {
    expect(settle(25, 15, 1_000)).toEqual({ worker: 13, fees: 2, poster: 10, escrow: 0 });
  });

  it("moves nothing where a part is nothing", () => {
    expect(settle(1, 1, 1_000)).toEqual({ worker: 0, fees: 1, poster: 0, escrow: 0 });
    expect(settle(25, 25, 0)).toEqual({ worker: 25, fees: 0, poster: 0, escrow: 0 });
    expect(settle(25, 25, 10_000)).toEqual({ worker: 0, fees: 25, poster: 0, escrow: 0 });
  });

  it("empties the escrow of one credit and of a thousand million", () => {
    expect(settle(1_000_000_000, 1_000_000_000, 1_000)).toEqual({
      worker: 900_000_000,
      fees: 100_000_000,
      poster: 0,
      escrow: 0,
    });
  });
});
