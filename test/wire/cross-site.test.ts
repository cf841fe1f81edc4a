import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, NativeClient } from "../support/native-client.ts";
import type { TestHouse } from "../support/test-house.ts";
import { isWriting, nameOf, openHouseWithRoutes, type Route } from "./support/route-table.ts";

/**
 * What other sites' pages can make a browser do that carries somebody's session cookie. The routes are those the server
 * itself knows: a new one cannot be left out.
 */

let house: TestHouse;
let client: NativeClient;
let routes: Route[];

beforeAll(async () => {
  ({ house, routes } = await openHouseWithRoutes());
  client = new NativeClient(house.url);
});
afterAll(() => house.close());

const password = "correct horse";
const cookieOf = ({ headers }: Answer): string => (headers.getSetCookie()[0] ?? "").split(";", 1)[0] ?? "";
const identify = (path: string, body: object, headers: Record<string, string> = {}) =>
  client.send("POST", `/v1/auth${path}`, body, { headers: { Origin: house.url, ...headers } });
const whoIs = async (cookie: string): Promise<string | null> =>
  (await client.get("/v1/auth/get-session", undefined, { Cookie: cookie })).body?.user.email ?? null;

async function signUp(): Promise<{ readonly email: string; readonly cookie: string }> {
  const email = `${crypto.randomUUID()}@example.com`;
  return { email, cookie: cookieOf(await identify("/sign-up/email", { name: "Ada", email, password })) };
}

/** Its address, with ids that nothing has. */
const addressOf = ({ path, prefix }: Route): string => `${prefix}${path.replace(/:\w+/g, () => crypto.randomUUID())}`;

/** Bodies that are in order as far as it is known without the scene; a foreign page must not get so far as to be told more. */
const bodies: Readonly<Record<string, object>> = {
  "POST /v1/auth/sign-up/email": { name: "Eve", email: "eve@example.com", password },
  "POST /v1/auth/sign-in/email": { email: "eve@example.com", password },
  "POST /v1/auth/request-password-reset": { email: "eve@example.com" },
  "POST /v1/auth/reset-password": { token: "x", newPassword: password },
  "POST /v1/auth/first-administrator": { token: "x", name: "Eve", email: "eve@example.com", password },
  "PUT /v1/me/password": { password: "battery staple", current_password: password },
};
const send = (route: Route, headers: Record<string, string>) =>
  client.send(route.method, addressOf(route), bodies[nameOf(route)] ?? {}, { headers });

describe("a page of another site, in the browser of somebody who is signed in", () => {
  it("changes nothing by any route of the native API, whatever it says of where it comes from", async () => {
    const { email, cookie } = await signUp();
    const writing = routes.filter((route) => route.door === "native" && isWriting(route));
    expect(writing.length).toBeGreaterThan(60);
    const foreign = ["https://evil.example", "null", `${house.url}.evil.example`, house.url.replace("127", "128"), ""];
    const origins = [undefined, ...foreign];
    const attempts = writing.flatMap((route) =>
      origins.map(async (origin) => {
        const headers = { Cookie: cookie, ...(origin === undefined ? {} : { Origin: origin }) };
        const { status, body } = await send(route, headers);
        return [nameOf(route), origin, status, body.code, /Origin/.test(body.detail)];
      }),
    );
    for (const [name, origin, ...answer] of await Promise.all(attempts)) {
      expect([name, origin, ...answer]).toEqual([name, origin, 403, "not_allowed", true]);
    }
    expect(await whoIs(cookie)).toBe(email);
  });

  it("would be let in from our own pages: it is for where it comes from that it is refused", async () => {
    const writing = routes.filter((route) => route.door === "native" && isWriting(route));
    const { cookie } = await signUp();
    const own = { Cookie: cookie, Origin: house.url };
    const after = ["POST /v1/auth/sign-out", "PUT /v1/me/password"];
    for (const route of writing.filter((each) => !after.includes(nameOf(each)))) {
      const { status, body } = await send(route, own);
      expect([nameOf(route), status === 401 && body.code === "key_missing"]).toEqual([nameOf(route), false]);
      expect([nameOf(route), /Origin/.test(body?.detail ?? "")]).toEqual([nameOf(route), false]);
    }
  });

  it("gets nothing by the session at the doors for programs, even from our own pages", async () => {
    const { cookie } = await signUp();
    const forPrograms = routes.filter(({ door }) => door !== "native" && door !== "operations");
    const doors = forPrograms.filter(({ method, requiresKey }) => requiresKey && method !== "HEAD");
    expect(doors.length).toBeGreaterThan(60);
    const attempts = doors.map(async (route) => {
      const body = isWriting(route) ? {} : undefined;
      const headers = { Cookie: cookie, Origin: house.url };
      const { status } = await client.send(route.method, addressOf(route), body, { headers });
      return [nameOf(route), status];
    });
    for (const [name, status] of await Promise.all(attempts)) expect([name, status]).toEqual([name, 401]);
  });

  it("cannot show any of our pages in a frame", async () => {
    const { cookie } = await signUp();
    const reads = routes.filter(({ method, path }) => method === "GET" && !path.includes("events"));
    const paths = [
      "/",
      "/board",
      "/wallet",
      "/admin/ledger",
      "/sign-in",
      "/reset-password?token=x",
      "/tasks/new",
      "/docs",
    ];
    const pages: string[] = [];
    for (const path of [...paths, ...reads.map((route) => addressOf(route).replace("*", ""))]) {
      const { headers } = await client.get(path, undefined, { Cookie: cookie, Accept: "text/html,*/*" });
      if (headers.get("content-type")?.includes("html") !== true) continue;
      pages.push(path);
      expect([path, headers.get("content-security-policy")]).toEqual([
        path,
        expect.stringContaining("frame-ancestors 'none'"),
      ]);
      expect([path, headers.get("x-frame-options")]).toEqual([path, "DENY"]);
    }
    expect(pages).toEqual(expect.arrayContaining(paths));
  });
});

describe("a session", () => {
  it("is a new one at every sign-in, whatever cookie was there before", async () => {
    const { email } = await signUp();
    const eve = await signUp();
    const planted = ["guildhall.session_token=planted.by.eve", eve.cookie];
    const tokens = new Set(planted);
    for (const before of planted) {
      const cookie = cookieOf(await identify("/sign-in/email", { email, password }, { Cookie: before }));
      expect(await whoIs(cookie)).toBe(email);
      expect(await whoIs(before)).not.toBe(email);
      tokens.add(cookie);
    }
    expect(tokens.size).toBe(4);
  });

  it("is over on the server once it is signed out of, and only that one", async () => {
    const { email, cookie } = await signUp();
    const elsewhere = cookieOf(await identify("/sign-in/email", { email, password }));
    const out = await identify("/sign-out", {}, { Cookie: cookie });
    expect(out.headers.getSetCookie().join()).toMatch(/guildhall\.session_token=;.*Max-Age=0/);
    expect([await whoIs(cookie), await whoIs(elsewhere)]).toEqual([null, email]);
    const kept = await client.send("POST", "/v1/keys", {}, { headers: { Cookie: cookie, Origin: house.url } });
    expect([kept.status, kept.body.code]).toEqual([401, "key_missing"]);
  });
});
