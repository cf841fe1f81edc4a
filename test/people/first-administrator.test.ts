import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentworkClient } from "../support/agentwork-client.ts";
import { foundOrganization } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let client: AgentworkClient;

beforeAll(async () => {
  house = await openTestHouse();
  client = new AgentworkClient(house.url);
});
afterAll(() => house.close());

const post = (path: string, body: unknown) => client.send("POST", path, body, { Origin: house.url });
const password = "correct horse";

/** Tries the link, then whether the account it should have made can sign in and do what administrators do. */
async function becomeAdministrator(token: string, email: string): Promise<readonly [tried: number, isAdmin: boolean]> {
  const { status } = await post("/v1/auth/first-administrator", { token, name: "Ada", email, password });
  const signedIn = await post("/v1/auth/sign-in/email", { email, password });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(";", 1)[0] ?? "";
  const { body } = await client.send("GET", "/v1/me", undefined, { Cookie: cookie });
  return [status, body.role === "admin"];
}

describe("the first administrator", () => {
  it("comes by the printed link, which works for exactly one of those who open it at once, and never again", async () => {
    expect(await house.app.firstAdministrator.token()).toBeUndefined();
    await foundOrganization(house, "admin");
    const token = (await house.app.firstAdministrator.token()) ?? "";
    expect(await becomeAdministrator(`${token.slice(0, -1)}!`, "wrong@example.com")).toEqual([403, false]);
    const emails = Array.from({ length: 5 }, (_, index) => `ada${index}@example.com`);
    const tries = await Promise.all(emails.map((email) => becomeAdministrator(token, email)));
    expect(tries.filter(([status, isAdmin]) => status === 200 && isAdmin)).toHaveLength(1);
    expect(tries.filter(([status, isAdmin]) => status >= 400 && status < 500 && !isAdmin)).toHaveLength(4);
    expect(await becomeAdministrator(token, "late@example.com")).toEqual([403, false]);
    expect(await house.app.firstAdministrator.token()).toBeUndefined();
  });

  it("is nobody who merely signs up", async () => {
    const { headers } = await post("/v1/auth/sign-up/email", { name: "Eve", email: "eve@example.com", password });
    const cookie = headers.getSetCookie()[0]?.split(";", 1)[0] ?? "";
    const me = await client.send("GET", "/v1/me", undefined, { Cookie: cookie });
    expect(me.body.role).toBe("member");
    expect((await client.send("GET", "/v1/admin/cash-requests", undefined, { Cookie: cookie })).status).toBe(403);
  });
});
