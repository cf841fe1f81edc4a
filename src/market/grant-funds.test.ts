import { beforeEach, describe, expect, it } from "vitest";
import { MarketStage, nobody } from "../../test/support/market-stage.ts";
import { grantFunds } from "./grant-funds.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

describe("granting funds", () => {
  it("adds to the party's wallet, and opens one in a currency it never held", () => {
    const credits = { partyId: stage.worker, currency: "credits", amount: 7 } as const;
    expect(stage.market.execute(grantFunds, credits)).toEqual({ balance: 107 });
    expect(stage.market.execute(grantFunds, { ...credits, currency: "usd" })).toEqual({ balance: 7 });
    expect(stage.market.balance(stage.worker)).toBe(107);
    expect(stage.market.account("platform:grants")).toBe(-200 - 14);
  });

  it("refuses a party that does not exist", () => {
    stage.expectRefused(grantFunds, { partyId: nobody, currency: "usd", amount: 1 }, "party_not_found");
  });

  it.each([0, -1, 1.5, 1e21, 2 ** 53, Number.NaN])("lets %s not move", (amount) => {
    stage.expectNoTrace(grantFunds, { partyId: stage.worker, currency: "credits", amount });
  });

  it("never lets a balance grow past what a number can hold exactly", () => {
    const wallet = { partyId: stage.worker, currency: "credits", balance: Number.MAX_SAFE_INTEGER - 5 } as const;
    stage.market.wallets.set(`${stage.worker}:credits`, wallet);
    const fits = { partyId: stage.worker, currency: "credits", amount: 5 } as const;
    expect(stage.expectNoTrace(grantFunds, { ...fits, amount: 6 })).toMatchObject({
      message: expect.stringContaining("would exceed"),
    });
    expect(stage.market.execute(grantFunds, fits)).toEqual({ balance: Number.MAX_SAFE_INTEGER });
  });
});
