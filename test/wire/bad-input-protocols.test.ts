import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { multipartAround } from "../support/files-client.ts";
import type { TestHouse } from "../support/test-house.ts";
import { expectEnvelope, keyHeader } from "./support/envelopes.ts";
import { type HostileScene, setHostileScene } from "./support/hostile-scene.ts";
import { type RawAnswer, RawConnection } from "./support/raw-connection.ts";
import { nameOf, openHouseWithRoutes, type Route } from "./support/route-table.ts";
import { sampleOf, samples, uploadRoute } from "./support/samples.ts";

let house: TestHouse;
let routes: Route[];
let connection: RawConnection;
let scene: HostileScene;

beforeAll(async () => {
  ({ house, routes } = await openHouseWithRoutes());
  connection = new RawConnection(house.url);
  scene = await setHostileScene(house);
});
afterAll(async () => {
  await connection.close();
  await house.close();
});

function routeOf(name: string): Route {
  const found = routes.find((route) => nameOf(route) === name);
  if (found === undefined) throw new Error(`${name} is gone.`);
  return found;
}

async function send(route: Route, type: string, body: string | Buffer): Promise<RawAnswer> {
  const headers = { ...keyHeader(route.door, await scene.keyOf(route)), "Content-Type": type };
  const accept = { Accept: "application/json, text/event-stream" };
  return connection.send(route.method, scene.addressOf(route), { ...headers, ...accept }, Buffer.from(body));
}

async function expectStatus(route: Route, what: string, answer: RawAnswer, status: number): Promise<void> {
  const where = `${nameOf(route)} with ${what}: ${answer.status} ${answer.text.slice(0, 200)}`;
  expect(answer.status, where).toBe(status);
  expectEnvelope(route, answer, where);
}

describe("hostile uploads", () => {
  const { before, after, contentType } = multipartAround("a.txt");
  const named = (name: string): string => `${before.replace("a.txt", name)}x${after}`;
  const malformed: readonly (readonly [string, string | Buffer])[] = [
    ["no bytes", ""],
    ["no parts", after.trimStart()],
    ["no multipart at all", "x".repeat(1_000)],
    ["no end", `${before}x`],
    ["half a part header", before.slice(0, -20)],
    ["a field and no file", `${before.replace('; filename="a.txt"', "")}x${after}`],
    ["two files", `${before}x\r\n${before}y${after}`],
    ["a hundred fields", `${`${before.replace('; filename="a.txt"', "")}x\r\n`.repeat(100)}${after.trimStart()}`],
    ["an empty name", named("")],
    ["a blank name", named("  ")],
    ["a name out of the folder", named("../../etc/passwd")],
    ["an absolute name", named("/etc/passwd")],
    ["a name with a drive", named("c:secret")],
    ["a control character in the name", named("a\u0001b")],
    ["NUL in the name", named("a\u0000b")],
    ["a name that reads backwards", named("a\u202egpj.exe")],
    ["bytes in the name that are no UTF-8", Buffer.from(named("a\u00ffb"), "latin1")],
    ["a name of 256 characters", named("a".repeat(256))],
  ];

  it("are refused with 400, and leave no file behind", async () => {
    const route = routeOf(uploadRoute);
    const count = async (): Promise<number> =>
      (await house.app.database.reads.query("select count(*)::int as count from files")).rows[0].count;
    const filesBefore = await count();
    for (const [what, body] of malformed) await expectStatus(route, what, await send(route, contentType, body), 400);
    expect(await count()).toBe(filesBefore);
    expect((await send(route, contentType, named("a.txt"))).status).toBe(201);
  });

  it("are refused with 415 if they are not multipart, and with 400 if they name no boundary", async () => {
    const route = routeOf(uploadRoute);
    for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/mixed"]) {
      await expectStatus(route, type, await send(route, type, "{}"), 415);
    }
    await expectStatus(route, "no boundary", await send(route, "multipart/form-data", named("a.txt")), 400);
  });
});

describe("hostile messages to MCP", () => {
  it.each([
    "null",
    "true",
    "5",
    '"text"',
    "{}",
    "[]",
    "[{}]",
    '{"jsonrpc":"1.0","id":1,"method":"tools/list"}',
    '{"jsonrpc":"2.0","id":{},"method":"tools/list"}',
    '{"jsonrpc":"2.0","id":1,"method":5}',
  ])("are refused with a JSON-RPC error: %s", async (body) => {
    const route = routeOf("POST /mcp");
    const answer = await send(route, "application/json", body);
    await expectStatus(route, body, answer, 400);
  });

  it("are refused with 415 if they are no JSON, and with 405 where there is no stream to open or end", async () => {
    for (const type of ["text/plain", "application/xml", "multipart/form-data"]) {
      const route = routeOf("POST /mcp");
      await expectStatus(route, type, await send(route, type, "{}"), 415);
    }
    for (const method of ["GET", "DELETE"]) {
      const answer = await connection.send(method, "/mcp", { Accept: "text/event-stream" });
      await expectStatus(routeOf(`${method} /mcp`), "nothing", answer, 405);
    }
  });
});

describe("the samples that hostile bodies are made from", () => {
  /** What a sample cannot have: the token of a mail; an agent that can be run, which the scene has none of. */
  const unlike = new Set(["POST /v1/auth/reset-password", "POST /v1/agents/:id/try"]);

  it("are themselves found valid by every route", async () => {
    for (const name of Object.keys(samples).filter((each) => !unlike.has(each))) {
      const route = routeOf(name);
      const { status, text } = await send(route, "application/json", JSON.stringify(sampleOf(route)));
      const where = `${name}: ${status} ${text.slice(0, 200)}`;
      expect([400, 413, 415], where).not.toContain(status);
      expect(status, where).toBeLessThan(500);
    }
  });
});
