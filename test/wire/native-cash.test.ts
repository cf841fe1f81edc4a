import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PaymentProvider } from "../../src/outbound/payment-provider.ts";
import { CompetitionClient } from "../support/competition-client.ts";
import { type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let competition: CompetitionClient;
let market: NativeClient;
let admin: Member;
let payer: Member;

beforeAll(async () => {
  house = await openTestHouse();
  competition = await CompetitionClient.open(house);
  ({ market, admin, poster: payer } = competition);
});
afterAll(async () => {
  await house.expectLedgerToBalance();
  await house.close();
});

const ask = (kind: "deposits" | "payouts", body: unknown, key = payer.key, retry?: string) =>
  market.post(`/v1/wallet/${kind}`, key, body, retry);
const decide = (id: string, verb: "confirm" | "refuse", body: unknown = {}, key = admin.key) =>
  market.post(`/v1/admin/cash-requests/${id}/${verb}`, key, body);

describe("a deposit", () => {
  it("arrives once an admin has confirmed it, and says how to pay until then", async () => {
    const before = await competition.centsOf(payer);
    const { status, body } = await ask("deposits", { amount: 123_456, reference: "Invoice 7" });
    expect([status, body]).toMatchObject([
      201,
      {
        request: {
          kind: "deposit",
          party_id: payer.id,
          amount: 123_456,
          currency: "usd",
          provider: "manual",
          state: "requested",
          reference: "Invoice 7",
          note: null,
          decided_by_id: null,
          decided_at: null,
        },
        balance: before,
        url: null,
      },
    ]);
    expect(body.instructions).toBe(
      `Pay USD 1,234.56 to the operator of this market, with the reference ${body.request.id}. An administrator then confirms it.`,
    );
    expect(await competition.centsOf(payer)).toBe(before);
    const confirmed = await decide(body.request.id, "confirm", { note: "Seen at the bank." });
    expect(confirmed.body).toMatchObject({
      request: { id: body.request.id, state: "confirmed", note: "Seen at the bank.", decided_by_id: admin.id },
      balance: before + 123_456,
    });
    expect(await competition.centsOf(payer)).toBe(before + 123_456);
    const { data } = (await market.get("/v1/wallet/transfers?limit=1", payer.key)).body;
    expect(data).toMatchObject([{ kind: "deposit", direction: "in", amount: 123_456, balance: before + 123_456 }]);
  });

  it("is decided once", async () => {
    const before = await competition.centsOf(payer);
    const { request } = (await ask("deposits", { amount: 100 })).body;
    const refused = await decide(request.id, "refuse", { note: "Nothing came." });
    expect(refused.body).toMatchObject({ request: { state: "refused", note: "Nothing came." }, balance: before });
    for (const verb of ["confirm", "refuse"] as const) {
      const again = await decide(request.id, verb);
      expect(again.body).toMatchObject({ status: 409, code: "cash_request_decided", state: "refused" });
    }
    expect((await decide(crypto.randomUUID(), "confirm")).body).toMatchObject({
      status: 404,
      code: "cash_request_not_found",
    });
  });

  it.each([
    [{}, "#/amount"],
    [{ amount: 0 }, "#/amount"],
    [{ amount: -1 }, "#/amount"],
    [{ amount: 1.5 }, "#/amount"],
    [{ amount: "1" }, "#/amount"],
    [{ amount: 1_000_000_001 }, "#/amount"],
    [{ amount: 1, currency: "credits" }, "#/currency"],
    [{ amount: 1, reference: "x".repeat(1_001) }, "#/reference"],
  ])("of %j is told where it is wrong, as is a payout", async (body, pointer) => {
    for (const kind of ["deposits", "payouts"] as const) {
      const answer = await ask(kind, body);
      expect([kind, answer.status, answer.body.errors?.[0]?.pointer]).toEqual([kind, 400, pointer]);
    }
  });
});

describe("a payout", () => {
  it("leaves the wallet at once, for good when it is confirmed, and comes back when it is refused", async () => {
    const before = await competition.centsOf(payer);
    const asked = await ask("payouts", { amount: 1_000 });
    expect(asked.body).toMatchObject({ request: { kind: "payout", state: "requested" }, balance: before - 1_000 });
    expect(asked.body.instructions).toContain("The operator of this market will send you USD 10.00");
    await decide(asked.body.request.id, "confirm");
    expect(await competition.centsOf(payer)).toBe(before - 1_000);
    const other = (await ask("payouts", { amount: 500 })).body.request;
    expect(await competition.centsOf(payer)).toBe(before - 1_500);
    expect((await decide(other.id, "refuse")).body.balance).toBe(before - 1_000);
    const { data } = (await market.get("/v1/wallet/transfers?limit=3", payer.key)).body;
    expect(data.map(({ kind }: { kind: string }) => kind)).toEqual(["payout_return", "payout", "payout"]);
  });

  it("cannot be larger than what is there, also when ten are asked for at once", async () => {
    const balance = await competition.centsOf(payer);
    const more = await ask("payouts", { amount: balance + 1 });
    expect(more.body).toMatchObject({ status: 402, code: "funds_insufficient", balance });
    const half = Math.floor(balance / 2) + 1;
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask("payouts", { amount: half })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(402)]);
    expect(await competition.centsOf(payer)).toBe(balance - half);
  });
});

describe("lists of deposits and payouts", () => {
  it("show one's own, page by page, the newest first", async () => {
    const { operator } = competition;
    const ids: string[] = [];
    for (const amount of [1, 2, 3]) ids.unshift((await ask("deposits", { amount }, operator.key)).body.request.id);
    await ask("payouts", { amount: 1 }, operator.key);
    const first = await market.get("/v1/wallet/deposits?limit=2", operator.key);
    const second = await market.get(`/v1/wallet/deposits?limit=2&cursor=${first.body.next_cursor}`, operator.key);
    const listed = [...first.body.data, ...second.body.data].map(({ id }: { id: string }) => id);
    expect([listed, second.body.next_cursor]).toEqual([ids, null]);
    expect((await market.get("/v1/wallet/payouts", operator.key)).body.data).toHaveLength(1);
    expect((await market.get("/v1/wallet/payouts?state=confirmed", operator.key)).body.data).toEqual([]);
  });

  it("show an admin everybody's, and nobody else", async () => {
    const { data } = (await market.get("/v1/admin/cash-requests?state=requested&kind=deposit", admin.key)).body;
    expect(data.map(({ amount }: { amount: number }) => amount)).toEqual([3, 2, 1]);
    const all = (await market.get("/v1/admin/cash-requests?limit=100", admin.key)).body.data;
    expect(new Set(all.map((each: { party_id: string }) => each.party_id)).size).toBe(2);
    for (const key of [payer.key, competition.operator.key]) {
      expect((await market.get("/v1/admin/cash-requests", key)).body).toMatchObject({
        status: 403,
        code: "not_allowed",
      });
      expect((await decide(data[0].id, "confirm", {}, key)).status).toBe(403);
      // Before the body is looked at: what it should be is the administrators' business.
      expect((await decide(data[0].id, "confirm", { note: 5 }, key)).status).toBe(403);
    }
  });
});

describe("a payment provider", () => {
  it("is begun after the request is kept, and again with the same request when it failed", async () => {
    const begun: string[] = [];
    let isDown = true;
    const provider: PaymentProvider = {
      name: "scripted",
      async beginDeposit({ id }) {
        const { rows } = await house.app.database.reads.query("select state from cash_requests where id = $1", [id]);
        begun.push(`${id} ${rows[0]?.state}`);
        if (isDown) throw new Error("connection refused at pay.internal");
        return { instructions: "Pay at the address.", url: `https://pay.example.com/${id}` };
      },
      beginPayout: async () => ({ instructions: "On its way.", url: null }),
    };
    const other = await openTestHouse({ database: house.database, payments: provider });
    try {
      const retry = crypto.randomUUID();
      const there = new NativeClient(other.url);
      const deposit = () => there.post("/v1/wallet/deposits", payer.key, { amount: 700 }, retry);
      const failed = await deposit();
      expect(failed.body).toMatchObject({
        status: 502,
        code: "payment_not_begun",
        cash_request_id: expect.any(String),
      });
      expect(JSON.stringify(failed.body)).not.toContain("pay.internal");
      isDown = false;
      const { request, url, instructions } = (await deposit()).body;
      expect(request.id).toBe(failed.body.cash_request_id);
      expect([request.provider, url, instructions]).toEqual([
        "scripted",
        `https://pay.example.com/${request.id}`,
        "Pay at the address.",
      ]);
      expect(begun).toEqual([`${request.id} requested`, `${request.id} requested`]);
    } finally {
      await other.close();
    }
  });
});
