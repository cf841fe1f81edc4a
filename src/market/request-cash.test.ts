import { beforeEach, describe, expect, it } from "vitest";
import { MarketStage, nobody } from "../../test/support/market-stage.ts";
import type { CashRequestKind } from "../model/cash-request.ts";
import type { Id } from "../model/ids.ts";
import { decideCash } from "./decide-cash.ts";
import { requestCash } from "./request-cash.ts";

let stage: MarketStage;
let party: Id;
let admin: Id;
beforeEach(() => {
  stage = new MarketStage();
  party = stage.organization(10_000);
  admin = stage.organization();
});

function request(kind: CashRequestKind, amountCents: number, partyId = party) {
  return stage.market.execute(requestCash, {
    kind,
    partyId,
    amountCents,
    provider: "manual",
    reference: "RF18 5390",
    spender: null,
  });
}

function decide(requestId: Id, state: "confirmed" | "refused", partyId = party) {
  return stage.market.execute(decideCash, { requestId, partyId, state, note: "Seen.", decidedById: admin });
}

/** What is in the wallet, what has come in from outside and what has gone out. */
function money() {
  const { market } = stage;
  return [market.balance(party, "usd"), market.account("platform:deposits"), market.account("platform:payouts")];
}

describe("a deposit", () => {
  it("arrives when it is confirmed", () => {
    const asked = request("deposit", 2_500);
    expect(asked).toMatchObject({
      request: {
        kind: "deposit",
        partyId: party,
        amountCents: 2_500,
        state: "requested",
        reference: "RF18 5390",
      },
      balance: 10_000,
    });
    expect(money()).toEqual([10_000, 0, 0]);
    stage.market.advanceMinutes(5);
    const decided = decide(asked.request.id, "confirmed");
    const said = { state: "confirmed", note: "Seen.", decidedById: admin, decidedAt: stage.market.now };
    expect(decided).toMatchObject({ request: said, balance: 12_500 });
    expect(stage.market.cashRequests.get(asked.request.id)).toEqual(decided.request);
    expect(money()).toEqual([12_500, -2_500, 0]);
    expect(stage.market.transfers.at(-1)).toMatchObject({
      kind: "deposit",
      amount: 2_500,
      currency: "usd",
      taskId: null,
    });
  });

  it("that is refused never arrives", () => {
    decide(request("deposit", 2_500).request.id, "refused");
    expect(money()).toEqual([10_000, 0, 0]);
  });
});

describe("a payout", () => {
  it("leaves the wallet when it is asked for, so that it cannot be spent twice", () => {
    expect(request("payout", 10_000).balance).toBe(0);
    expect(money()).toEqual([0, 0, 10_000]);
    const more = {
      kind: "payout",
      partyId: party,
      amountCents: 1,
      provider: "manual",
      reference: null,
      spender: null,
    } as const;
    stage.expectRefused(requestCash, more, "funds_insufficient", { balance: 0, needed: 1 });
  });

  it("that is confirmed moves nothing more", () => {
    const { request: asked } = request("payout", 4_000);
    expect(decide(asked.id, "confirmed").balance).toBe(6_000);
    expect(money()).toEqual([6_000, 0, 4_000]);
  });

  it("that is refused comes back", () => {
    const { request: asked } = request("payout", 4_000);
    expect(decide(asked.id, "refused").balance).toBe(10_000);
    expect(money()).toEqual([10_000, 0, 0]);
    expect(stage.market.transfers.at(-1)).toMatchObject({ kind: "payout_return", amount: 4_000 });
  });

  it("is of dollars only: credits cannot be withdrawn", () => {
    const input = {
      kind: "payout",
      partyId: stage.worker,
      amountCents: 1,
      provider: "manual",
      reference: null,
      spender: null,
    } as const;
    expect(stage.market.balance(stage.worker)).toBe(100);
    stage.expectRefused(requestCash, input, "funds_insufficient", { currency: "usd", balance: 0 });
  });
});

describe("a decision on a deposit or payout", () => {
  it.each(["deposit", "payout"] as const)("on a %s is made once", (kind) => {
    for (const state of ["confirmed", "refused"] as const) {
      const requestId = request(kind, 100).request.id;
      decide(requestId, state);
      for (const again of ["confirmed", "refused"] as const) {
        const input = { requestId, partyId: party, state: again, note: null, decidedById: admin };
        stage.expectRefused(decideCash, input, "cash_request_decided", { state });
      }
    }
  });

  it("is refused for what nobody asked for, and for another's", () => {
    const requestId = request("deposit", 100).request.id;
    const input = { requestId, partyId: party, state: "confirmed", note: null, decidedById: admin } as const;
    stage.expectRefused(decideCash, { ...input, requestId: nobody }, "cash_request_not_found");
    stage.expectRefused(decideCash, { ...input, partyId: admin }, "cash_request_not_found");
    stage.expectRefused(decideCash, { ...input, partyId: nobody }, "party_not_found");
    const nobodys = {
      kind: "deposit",
      partyId: nobody,
      amountCents: 1,
      provider: "manual",
      reference: null,
      spender: null,
    } as const;
    stage.expectRefused(requestCash, nobodys, "party_not_found");
  });
});
