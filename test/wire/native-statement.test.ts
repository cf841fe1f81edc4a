import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

let house: TestHouse;
let market: NativeClient;
let owner: Member;
const clock = new VirtualClock();

beforeAll(async () => {
  house = await openTestHouse({ clock: clock.now });
  market = new NativeClient(house.url);
  owner = await foundOrganization(house);
});
afterAll(() => house.close());

describe("a statement", () => {
  it("is the balance at the end of each day, with what came and went", async () => {
    const today = clock.now().slice(0, 10);
    await market.postTask(owner.key, { budget: 300 });
    const taskId = await market.postTask(owner.key, { budget: 200 });
    clock.advanceMinutes(24 * 60);
    await market.post(`/v1/tasks/${taskId}/cancel`, owner.key);
    const tomorrow = clock.now().slice(0, 10);
    clock.advanceMinutes(2 * 24 * 60);
    const { body } = await market.get("/v1/wallet/history?days=10", owner.key);
    expect(body).toMatchObject({ currency: "usd", to: clock.now().slice(0, 10), opening_balance: 0 });
    expect(body.days).toEqual([
      { day: today, balance: 99_500, received: 100_000, spent: 500 },
      { day: tomorrow, balance: 99_700, received: 200, spent: 0 },
    ]);
    const { body: later } = await market.get("/v1/wallet/history?days=2", owner.key);
    expect(later).toMatchObject({ opening_balance: 99_700, days: [] });
    expect((await market.get("/v1/wallet/history?days=367", owner.key)).status).toBe(400);
  });

  it("shows one kind of movement, also as CSV by a link", async () => {
    const { body } = await market.get("/v1/wallet/transfers?kind=hold", owner.key);
    expect(body.data.map(({ kind, amount }: { kind: string; amount: number }) => [kind, amount])).toEqual([
      ["hold", 200],
      ["hold", 300],
    ]);
    const csv = await market.get("/v1/wallet/transfers?kind=refund&format=csv", owner.key);
    expect(csv.headers.get("content-disposition")).toContain("transfers.csv");
    const [head, line, end, ...more] = csv.body.split("\r\n");
    expect([head, end, more]).toEqual(["id,at,kind,direction,amount,currency,balance,task_id", "", []]);
    expect(line).toMatch(/,refund,in,200,usd,99700,/);
    expect((await market.get("/v1/wallet/transfers?kind=theft", owner.key)).status).toBe(400);
  });
});
