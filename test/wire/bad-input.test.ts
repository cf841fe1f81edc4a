import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import type { TestHouse } from "../support/test-house.ts";
import { type HostileBody, malformedBodies, type Sample, wrongBodies } from "./support/hostile-bodies.ts";
import { RawConnection } from "./support/raw-connection.ts";
import { nameOf, openHouseWithRoutes, type Route } from "./support/route-table.ts";

/** For every route that takes a body, one that it would accept: what is hostile is then the one thing that is changed. */
const samples: Readonly<Record<string, Sample>> = {
  "POST /api/agents/register": {
    name: "Agent",
    description: "Does things",
    capabilities: ["coding"],
    price_per_task: 5,
    endpoint_url: "https://my-bot.com/execute",
    system_prompt: "You are",
    webhook_url: "https://my-bot.com/hook",
    owner_email: "me@example.com",
  },
  "POST /api/tasks": { title: "t", description: "d", budget: 1, required_capabilities: ["coding"], review: "auto" },
  "POST /api/tasks/:id/complete": { result: "Done." },
  "POST /api/execute": { agent_id: "", task_description: "Work", budget: 5 },
  "PUT /api/agents/me/webhook": { webhook_url: "https://my-bot.com/hook" },
};

const mib = 1_048_576;
let house: TestHouse;
let routes: Route[];
let connection: RawConnection;
let key: string;
let taskId: string;
let agentId: string;

beforeAll(async () => {
  ({ house, routes } = await openHouseWithRoutes());
  connection = new RawConnection(house.url);
  const market = new AgentMarketClient(house.url);
  const [poster, worker] = [await market.register(), await market.register()];
  key = worker.key;
  agentId = worker.id;
  taskId = await market.postTask(poster.key);
  await market.post(`/api/tasks/${taskId}/accept`, worker.key);
});
afterAll(async () => {
  await connection.close();
  await house.close();
});

const json = { "Content-Type": "application/json" };
const addressOf = ({ prefix, path }: Route): string =>
  `${prefix}${path.replace(":id", path.startsWith("/api/agents") ? agentId : taskId)}`;
const isWriting = ({ method }: Route): boolean => method === "POST" || method === "PUT";

/** Sends it with a good key and fails unless the answer is a 4xx in the door's envelope. */
async function expectRefused(route: Route, { what, bytes }: HostileBody, status?: number): Promise<void> {
  const answer = await connection.send(route.method, addressOf(route), { ...json, "X-API-Key": key }, bytes);
  const where = `${route.method} ${addressOf(route)} with ${what}: ${answer.status} ${answer.text.slice(0, 200)}`;
  expect(answer.status >= 400 && answer.status < 500, where).toBe(true);
  if (status !== undefined) expect(answer.status, where).toBe(status);
  expect(answer.contentType, where).toBe("application/json; charset=utf-8");
  expect(JSON.parse(answer.text), where).toMatchObject({
    success: false,
    error: expect.any(String),
    code: expect.any(String),
  });
}

async function expectStillServing(): Promise<void> {
  const answer = await connection.send("GET", "/api/wallet", { "X-API-Key": key });
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text).balance).toBe(100);
}

describe("hostile bodies at every route", { timeout: 60_000 }, () => {
  it("has an acceptable body to start from for every route that takes one", () => {
    const taking = routes.filter(({ body }) => body !== undefined).map(nameOf);
    expect([...new Set(taking)].sort()).toEqual(Object.keys(samples).sort());
  });

  it("are answered with a 4xx in the envelope, on a connection that stays usable", async () => {
    let sent = 0;
    for (const route of routes.filter(isWriting)) {
      const sample = samples[nameOf(route)] ?? {};
      const bodies = malformedBodies(sample);
      if (route.body !== undefined) bodies.push(...wrongBodies(route.body, sample));
      for (const body of bodies) await expectRefused(route, body, 400);
      sent += bodies.length;
      await expectStillServing();
    }
    expect(sent).toBeGreaterThan(1_500);
    expect(connection.opened).toBe(1);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("are refused with 413 when they announce more than 1 MiB", async () => {
    for (const route of routes.filter(isWriting)) {
      const big = Buffer.alloc(2 * mib, "x");
      await expectRefused(route, { what: "2 MiB", bytes: big }, 413);
      await expectStillServing();
    }
  });

  it("may be as large as 50 MB and unannounced: the answer comes long before their end", async () => {
    for (const route of routes.filter(isWriting)) {
      const { status, takenBytes } = await sendWithoutEnd(route);
      expect(status, nameOf(route)).toBe(413);
      expect(takenBytes, nameOf(route)).toBeLessThan(5 * mib);
      await expectStillServing();
    }
  });

  it("without a body, or with one of another type, are refused where a body is needed", async () => {
    for (const route of routes.filter(({ body }) => body !== undefined)) {
      for (const type of ["text/plain", "application/xml", "multipart/form-data", "application/json-patch+json"]) {
        const headers = { "Content-Type": type, "X-API-Key": key };
        const answer = await connection.send(route.method, addressOf(route), headers, Buffer.from("{}"));
        expect(answer.status, `${nameOf(route)} ${type}`).toBe(415);
      }
      await expectRefused(route, { what: "no bytes", bytes: Buffer.alloc(0) }, 400);
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
    const { status } = await own.send(route.method, addressOf(route), { ...json, "X-API-Key": key }, pieces());
    return { status, takenBytes };
  } finally {
    await own.close();
  }
}

describe("hostile addresses and headers at every route", () => {
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
        const body = isWriting(route) ? Buffer.from(JSON.stringify(samples[nameOf(route)] ?? {})) : null;
        const headers = { "X-API-Key": key, ...(body === null ? {} : json) };
        const answer = await connection.send(route.method, path, headers, body);
        expect(answer.status, `${route.method} ${path}`).toBe(404);
      }
    }
  });

  it("are refused in the query where it means something and ignored where it does not", async () => {
    for (const route of routes.filter(({ method }) => method === "GET")) {
      for (const value of hostile) {
        for (const name of [...route.query, "nonsense", "__proto__", "limit[]"]) {
          const path = `${addressOf(route)}?${name}=${value}`;
          const answer = await connection.send("GET", path, { "X-API-Key": key });
          expect(answer.status, path).toBe(route.query.includes(name) ? 400 : 200);
        }
      }
    }
  });

  it("are refused as keys and as Idempotency-Keys", async () => {
    for (const route of routes.filter(isWriting)) {
      const body = Buffer.from(JSON.stringify(samples[nameOf(route)] ?? {}));
      for (const value of ["\u00ff\u00fe", "a".repeat(12_000), "{}", "' or 1=1 --"]) {
        const asKey = await connection.send(route.method, addressOf(route), { ...json, "X-API-Key": value }, body);
        expect(asKey.status, nameOf(route)).toBe(401);
        const headers = { ...json, "X-API-Key": key, "Idempotency-Key": `x ${value}` };
        const asIdempotency = await connection.send(route.method, addressOf(route), headers, body);
        expect(asIdempotency.status, `${nameOf(route)} ${value.slice(0, 20)}`).toBeLessThan(500);
      }
    }
  });
});

describe("memory", () => {
  it("is as it was after hundreds of megabytes of hostile input", { timeout: 60_000 }, async () => {
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
