import { afterAll, beforeAll, expect, it } from "vitest";
import { AgentworkClient } from "../support/agentwork-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let client: AgentworkClient;

beforeAll(async () => {
  house = await openTestHouse();
  client = new AgentworkClient(house.url);
});
afterAll(() => house.close());

const newEmail = (): string => `${crypto.randomUUID()}@example.com`;

it("a sign-in takes as long for an unknown address as for a wrong password", async () => {
  const email = newEmail();
  const { key } = await client.register({ email });
  await client.send("PUT", "/v1/me/password", { password: "correct horse" }, { Authorization: `Bearer ${key}` });
  const timeOf = async (address: string): Promise<number> => {
    const startedMs = performance.now();
    await client.post("/api/v1/auth/api-key", undefined, { email: address, password: "wrong horse" });
    return performance.now() - startedMs;
  };
  const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
  // By turns, so that what else the machine does falls on both.
  for (let i = 0; i < 11; i++) {
    times.known.push(await timeOf(email));
    times.unknown.push(await timeOf(newEmail()));
  }
  const median = (all: number[]): number => all.sort((x, y) => x - y)[5] ?? 0;
  const [known, unknown] = [median(times.known), median(times.unknown)];
  // Without the comparison an answer takes a tenth of that.
  expect(unknown).toBeGreaterThan(known / 2);
  expect(known).toBeGreaterThan(unknown / 2);
});
