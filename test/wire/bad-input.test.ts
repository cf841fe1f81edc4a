import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestHouse } from "../support/test-house.ts";
import { expectEnvelope, keyHeader } from "./support/envelopes.ts";
import { type HostileBody, malformedBodies, wrongBodies } from "./support/hostile-bodies.ts";
import { type HostileScene, setHostileScene } from "./support/hostile-scene.ts";
import { type RawAnswer, RawConnection } from "./support/raw-connection.ts";
import { isWriting, nameOf, openHouseWithRoutes, type Route } from "./support/route-table.ts";
import { sampleOf, samples, uploadRoute } from "./support/samples.ts";

const mib = 1_048_576;
const json = { "Content-Type": "application/json" };
let house: TestHouse;
let routes: Route[];
let writing: Route[];
let connection: RawConnection;
/** A client does not use a connection again after a DELETE with a body. */
let deleting: RawConnection;
let scene: HostileScene;

beforeAll(async () => {
  ({ house, routes } = await openHouseWithRoutes());
  writing = routes.filter(isWriting);
  connection = new RawConnection(house.url);
  deleting = new RawConnection(house.url);
  scene = await setHostileScene(house);
});
afterAll(async () => {
  await connection.close();
  await deleting.close();
  await house.close();
});

async function headersFor(route: Route): Promise<Record<string, string>> {
  const accept = route.door === "mcp" ? { Accept: "application/json, text/event-stream" } : {};
  return { ...accept, ...keyHeader(route.door, await scene.keyOf(route)) };
}

/** Sends it with a good key. */
async function send(
  route: Route,
  body: Buffer | null,
  { path = scene.addressOf(route), headers = {} }: { path?: string; headers?: Record<string, string> } = {},
): Promise<RawAnswer> {
  const own = { ...(await headersFor(route)), ...(body === null ? {} : json), ...headers };
  return (route.method === "DELETE" ? deleting : connection).send(route.method, path, own, body);
}

/** Sends it with a good key and fails unless the answer is a 4xx in the door's envelope. */
async function expectRefused(route: Route, { what, bytes }: HostileBody, status?: number): Promise<void> {
  const answer = await send(route, bytes);
  const where = `${route.method} ${scene.addressOf(route)} with ${what}: ${answer.status} ${answer.text.slice(0, 200)}`;
  expect(answer.status >= 400 && answer.status < 500, where).toBe(true);
  if (status !== undefined) expect(answer.status, where).toBe(status);
  expectEnvelope(route, answer, where);
}

async function expectStillServing(): Promise<void> {
  const answer = await connection.send("GET", "/api/wallet", { "X-API-Key": scene.agentKey });
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text).balance).toBe(100);
}

/** Where nobody has a key yet, where the password or session decides, and where each tool call does. */
const openWriting = [
  "POST /api/agents/register",
  "POST /api/v1/auth/register",
  "POST /api/v1/auth/api-key",
  "POST /mcp",
  "DELETE /mcp",
  "POST /a2a",
  "PUT /v1/me/password",
  "POST /v1/auth/sign-up/email",
  "POST /v1/auth/first-administrator",
  "POST /v1/auth/sign-in/email",
  "POST /v1/auth/sign-out",
  "POST /v1/auth/request-password-reset",
  "POST /v1/auth/reset-password",
];

const sampleBytes = (route: Route): Buffer => Buffer.from(JSON.stringify(sampleOf(route)));
const takesJson = (route: Route): boolean => route.body !== undefined && nameOf(route) !== uploadRoute;

describe("hostile bodies at every route", { timeout: 180_000 }, () => {
  it("has an acceptable body to start from for every route that takes one", () => {
    const taking = routes.filter(takesJson).map(nameOf);
    expect([...new Set(taking)].sort()).toEqual(Object.keys(samples).sort());
    expect(new Set(writing.map(({ door }) => door))).toEqual(
      new Set(["a2a", "agentmarket", "agentwork", "club", "mcp", "native", "nexwork"]),
    );
  });

  it("are answered with 400 in the door's envelope, on a connection that stays usable", async () => {
    let sent = 0;
    for (const route of writing) {
      const sample = sampleOf(route);
      const bodies = malformedBodies(sample);
      if (route.body !== undefined && takesJson(route)) bodies.push(...wrongBodies(route.body, sample));
      for (const body of bodies) await expectRefused(route, body, 400);
      sent += bodies.length;
      await expectStillServing();
    }
    expect(sent).toBeGreaterThan(6_000);
    expect(connection.opened).toBe(1);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("are refused with 413 when they announce more than 1 MiB", async () => {
    for (const route of writing) {
      const big = Buffer.alloc(2 * mib, "x");
      await expectRefused(route, { what: "2 MiB", bytes: big }, 413);
      await expectStillServing();
    }
  });

  it("may be as large as 50 MB and unannounced: the answer comes long before their end", async () => {
    for (const route of writing) {
      const { status, takenBytes } = await sendWithoutEnd(route);
      expect(status, nameOf(route)).toBe(413);
      expect(takenBytes, nameOf(route)).toBeLessThan(5 * mib);
      await expectStillServing();
    }
  });

  it("without a body, or with one of another type, are refused where a body is needed", async () => {
    for (const route of routes.filter(takesJson)) {
      for (const type of ["text/plain", "application/xml", "multipart/form-data", "application/json-patch+json"]) {
        const answer = await send(route, Buffer.from("{}"), { headers: { "Content-Type": type } });
        const where = `${nameOf(route)} ${type}`;
        expect(answer.status, where).toBe(415);
        expectEnvelope(route, answer, where);
      }
      if (route.body?.required === undefined) continue;
      await expectRefused(route, { what: "no bytes", bytes: Buffer.alloc(0) }, 400);
    }
  });

  it("from nobody, or with a key that is none, are answered 401 before they are read", async () => {
    const keyed = writing.filter(({ requiresKey }) => requiresKey);
    const open = writing.filter(({ requiresKey }) => !requiresKey).map(nameOf);
    expect([...new Set(open)].sort()).toEqual([...openWriting].sort());
    for (const route of keyed) {
      for (const bytes of [Buffer.from("{"), Buffer.alloc(2 * mib, "x")]) {
        for (const key of [undefined, "not-a-key"]) {
          const headers = { ...json, ...keyHeader(route.door, key) };
          const answer = await connection.send(route.method, scene.addressOf(route), headers, bytes);
          const where = `${nameOf(route)} with ${bytes.length} bytes: ${answer.text.slice(0, 200)}`;
          expect(answer.status, where).toBe(401);
          expectEnvelope(route, answer, where);
        }
      }
    }
  });
});

/** Sends up to 50 MB as a client on a network does, piece by piece, and stops when it is answered. */
async function sendWithoutEnd(route: Route): Promise<{ status: number; takenBytes: number }> {
  const piece = Buffer.alloc(65_536, "x");
  let takenBytes = 0;
  const pieces = async function* () {
    for (; takenBytes < 50_000_000; takenBytes += piece.length) {
      yield piece;
      await pause(2);
    }
  };
  const own = new RawConnection(house.url);
  try {
    const headers = { ...json, ...(await headersFor(route)) };
    const { status } = await own.send(route.method, scene.addressOf(route), headers, pieces());
    return { status, takenBytes };
  } finally {
    await own.close();
  }
}

function isReadable(component: string): boolean {
  try {
    return decodeURIComponent(component) !== "";
  } catch {
    return false;
  }
}

/** A link to a file is one whole: anything wrong in it, also what is added, makes it another link. */
const signedLink = "GET /v1/files/:id";

describe("hostile addresses and headers at every route", { timeout: 180_000 }, () => {
  const hostile = [
    "%00",
    "%ED%A0%80",
    "%ff",
    "a".repeat(4_000),
    "-1",
    "1e+400",
    "'%20or%201=1--",
    "[]",
    "%E0%A4%A",
    "%",
  ];

  it("are refused as parameters", async () => {
    for (const route of routes.filter(({ path }) => path.includes(":id"))) {
      for (const value of hostile) {
        const path = `${route.prefix}${route.path.replace(":id", value)}`;
        const answer = await send(route, isWriting(route) ? sampleBytes(route) : null, { path });
        const isLink = route.path === "/v1/files/:id" && value.length < 500 && isReadable(value);
        const status = isLink ? 403 : 404;
        expect([answer.status, `${route.method} ${path}`]).toEqual([status, `${route.method} ${path}`]);
        if (route.method !== "HEAD") expectEnvelope(route, answer, path);
      }
    }
  });

  it("are refused in the query where it means something and ignored where it does not", async () => {
    const unlike: Readonly<Record<string, number>> = {
      [signedLink]: 403,
      "GET /mcp": 405,
      // The run of the scene has no workspace.
      "GET /v1/runs/:id/files/content": 404,
    };
    // Where any text is looked for, these are words like others.
    const searchable = new Set(["1e+400", "'%20or%201=1--"]);
    for (const route of routes.filter(({ method }) => method === "GET")) {
      for (const value of hostile) {
        for (const name of [...route.query, "nonsense", "__proto__", "limit[]"]) {
          const path = `${scene.addressOf(route)}?${name}=${value}`;
          const answer = await send(route, null, { path });
          const isAgentSearch = route.path === "/v1/agents" && value === "-1";
          const isSearch = name === "q" && (searchable.has(value) || isAgentSearch);
          const understood = isSearch ? 200 : name === "agent_id" ? 404 : 400;
          const status = unlike[nameOf(route)] ?? (route.query.includes(name) ? understood : 200);
          expect([answer.status, path]).toEqual([status, path]);
        }
      }
    }
  });

  it("are refused as keys and as Idempotency-Keys", async () => {
    for (const route of writing) {
      for (const value of ["\u00ff\u00fe", "a".repeat(12_000), "{}", "' or 1=1 --"]) {
        const asKey = await send(route, sampleBytes(route), { headers: keyHeader(route.door, value) });
        // MCP hands the key on; there it is the tool's answer that says no.
        if (route.door !== "mcp") expect(asKey.status, nameOf(route)).toBe(401);
        expect(asKey.status, nameOf(route)).toBeLessThan(500);
        const asIdempotency = await send(route, sampleBytes(route), { headers: { "Idempotency-Key": `x ${value}` } });
        expect(asIdempotency.status, `${nameOf(route)} ${value.slice(0, 20)}`).toBeLessThan(500);
      }
    }
  });
});

describe("memory", () => {
  it("is as it was after hundreds of megabytes of hostile input", { timeout: 180_000 }, async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage: () => void = runInNewContext("gc");
    const route = routes.find((each) => nameOf(each) === "POST /api/tasks");
    if (route === undefined) throw new Error("The route is gone.");
    const bodies: HostileBody[] = [
      { what: "a megabyte of brackets", bytes: Buffer.alloc(mib - 1, "[") },
      { what: "a megabyte of small objects", bytes: Buffer.from(`{"x":[${"{},".repeat(300_000)}{}]`) },
      { what: "a megabyte of keys", bytes: Buffer.from(`{${Array.from({ length: 80_000 }, (_, i) => `"k${i}":1`)}`) },
      { what: "capabilities without end", bytes: manyCapabilities() },
      { what: "2 MiB", bytes: Buffer.alloc(2 * mib, "x") },
    ];
    const round = async (): Promise<void> => {
      for (const body of bodies) await expectRefused(route, body);
    };
    const heldBytes = (): number => {
      collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    for (let warmUp = 0; warmUp < 5; warmUp++) await round();
    const before = heldBytes();
    const rssBefore = process.memoryUsage().rss;
    for (let repeat = 0; repeat < 20; repeat++) await round();
    expect(heldBytes() - before).toBeLessThan(16 * mib);
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(128 * mib);
    await expectStillServing();
  });

  it("and time are not spent on comparing a hostile list with itself", async () => {
    const route = routes.find((each) => nameOf(each) === "POST /api/tasks");
    if (route === undefined) throw new Error("The route is gone.");
    const startedMs = performance.now();
    await expectRefused(route, { what: "capabilities without end", bytes: manyCapabilities() }, 400);
    expect(performance.now() - startedMs).toBeLessThan(1_500);
  });
});

/** As many different objects as fit in a body; compared each with each they would take minutes. */
function manyCapabilities(): Buffer {
  const items = Array.from({ length: 80_000 }, (_, index) => `{"a":${index}}`);
  return Buffer.from(`{"title":"t","description":"d","budget":1,"required_capabilities":[${items}]}`);
}
