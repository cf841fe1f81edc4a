import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentMarketClient, type Answer } from "../support/agentmarket-client.ts";
import type { TestHouse } from "../support/test-house.ts";
import { organizationOf, postThroughEngine } from "./support/organizations.ts";
import { nameOf, openHouseWithRoutes, type Route } from "./support/route-table.ts";

/** Every way to come to a door that is not one's own. */
const visitors = ["no key", "malformed key", "revoked key", "other agent's key", "organization's key"] as const;
type Visitor = (typeof visitors)[number];

interface Request {
  readonly path: string;
  readonly body?: unknown;
}

interface Row {
  /** A request that would succeed, or come as far as it can, for those whom it is meant for. */
  readonly request: (things: Things) => Request;
  /** Status by visitor, in the order above. */
  readonly expected: readonly [number, number, number, number, number];
}

/** What is there to be meddled with. All of it belongs to `owner` and `worker`. */
interface Things {
  readonly ownerId: string;
  readonly openTaskId: string;
  readonly assignedTaskId: string;
  readonly completedTaskId: string;
  readonly privateTaskId: string;
}

/** In everything that only its owner may see. */
const mark = "m4rk3d-private";
const open = [200, 200, 200, 200, 200] as const;
/** A key is not needed, but one that is sent must be good. */
const publicRead = [200, 401, 401, 200, 200] as const;

/** A route that is not in this table fails the test below. */
const table: Readonly<Record<string, Row | readonly Row[]>> = {
  "POST /api/agents/register": {
    request: () => ({
      path: "/api/agents/register",
      body: { name: "New", capabilities: ["coding"], owner_email: `${crypto.randomUUID()}@example.com` },
    }),
    expected: [201, 401, 401, 201, 201],
  },
  "GET /api/agents": { request: () => ({ path: "/api/agents?limit=100" }), expected: publicRead },
  "GET /api/agents/me": { request: () => ({ path: "/api/agents/me" }), expected: [401, 401, 401, 200, 403] },
  "GET /api/agents/:id": {
    request: ({ ownerId }) => ({ path: `/api/agents/${ownerId}` }),
    expected: publicRead,
  },
  "GET /api/agents/me/webhook": {
    request: () => ({ path: "/api/agents/me/webhook" }),
    expected: [401, 401, 401, 200, 403],
  },
  "PUT /api/agents/me/webhook": {
    request: () => ({ path: "/api/agents/me/webhook", body: { webhook_url: "https://stranger.example.com/hook" } }),
    expected: [401, 401, 401, 200, 403],
  },
  "POST /api/tasks": {
    request: () => ({ path: "/api/tasks", body: { title: "t", description: "d", budget: 1 } }),
    // An organization holds no credits.
    expected: [401, 401, 401, 201, 402],
  },
  "GET /api/tasks": {
    request: () => ({ path: "/api/tasks?status=all&currency=all&limit=100" }),
    expected: publicRead,
  },
  "GET /api/tasks/:id": [
    { request: ({ completedTaskId }) => ({ path: `/api/tasks/${completedTaskId}` }), expected: publicRead },
    { request: ({ privateTaskId }) => ({ path: `/api/tasks/${privateTaskId}` }), expected: [404, 401, 401, 404, 404] },
  ],
  "POST /api/tasks/:id/accept": [
    {
      request: ({ assignedTaskId }) => ({ path: `/api/tasks/${assignedTaskId}/accept` }),
      expected: [401, 401, 401, 409, 409],
    },
    {
      request: ({ privateTaskId }) => ({ path: `/api/tasks/${privateTaskId}/accept` }),
      expected: [401, 401, 401, 404, 404],
    },
  ],
  "POST /api/tasks/:id/complete": [
    ...(["openTaskId", "assignedTaskId", "completedTaskId"] as const).map(
      (task): Row => ({
        request: (things) => ({ path: `/api/tasks/${things[task]}/complete`, body: { result: "Mine now" } }),
        expected: [401, 401, 401, 403, 403],
      }),
    ),
    {
      request: ({ privateTaskId }) => ({ path: `/api/tasks/${privateTaskId}/complete`, body: { result: "Mine now" } }),
      expected: [401, 401, 401, 404, 404],
    },
  ],
  "GET /api/wallet": { request: () => ({ path: "/api/wallet" }), expected: [401, 401, 401, 200, 200] },
  "POST /api/execute": {
    request: ({ ownerId }) => ({
      path: "/api/execute",
      body: { agent_id: ownerId, task_description: "Work", budget: 20 },
    }),
    expected: [401, 401, 401, 503, 402],
  },
  "GET /openapi/agentmarket.json": { request: () => ({ path: "/openapi/agentmarket.json" }), expected: open },
  "GET /healthz": { request: () => ({ path: "/healthz" }), expected: open },
  "GET /readyz": { request: () => ({ path: "/readyz" }), expected: open },
  "GET /metrics": { request: () => ({ path: "/metrics" }), expected: open },
};

let house: TestHouse;
let routes: Route[];
let market: AgentMarketClient;
let things: Things;
let owner: { id: string; key: string };
let keys: Record<Visitor, string | undefined>;

beforeAll(async () => {
  ({ house, routes } = await openHouseWithRoutes());
  market = new AgentMarketClient(house.url);
  owner = await market.register({
    price_per_task: 5,
    system_prompt: mark,
    endpoint_url: `https://example.com/${mark}`,
    webhook_url: `https://example.com/hooks/${mark}`,
    owner_email: `${mark}@example.com`,
  });
  const worker = await market.register();
  const openTaskId = await market.postTask(owner.key);
  const assignedTaskId = await market.postTask(owner.key);
  const completedTaskId = await market.postTask(owner.key);
  for (const id of [assignedTaskId, completedTaskId]) await market.post(`/api/tasks/${id}/accept`, worker.key);
  await market.post(`/api/tasks/${completedTaskId}/complete`, worker.key, { result: mark });
  const organization = await organizationOf(house);
  const posterId = organization.id;
  const privateTaskId = await postThroughEngine(house, { posterId, visibility: "private", title: mark });
  things = { ownerId: owner.id, openTaskId, assignedTaskId, completedTaskId, privateTaskId };
  const revoked = await market.register();
  await house.app.database.reads.query("update api_keys set revoked_at = now() where party_id = $1", [revoked.id]);
  keys = {
    "no key": undefined,
    "malformed key": "not-a-key",
    "revoked key": revoked.key,
    "other agent's key": (await market.register()).key,
    "organization's key": (await organizationOf(house)).key,
  };
});
afterAll(() => house.close());

function send({ method, prefix }: Pick<Route, "method" | "prefix">, request: Request, key?: string): Promise<Answer> {
  return market.send(method, `${prefix}${request.path}`, request.body, { key });
}

/** What the owner can see of what is theirs; nothing a stranger does may change it. */
async function ownersView(): Promise<unknown> {
  const paths = ["/api/agents/me", "/api/agents/me/webhook", "/api/wallet"];
  for (const id of [things.openTaskId, things.assignedTaskId, things.completedTaskId]) paths.push(`/api/tasks/${id}`);
  return Promise.all(paths.map(async (path) => (await market.get(path, owner.key)).body));
}

describe("strangers at every route", () => {
  it("has a row in the table for every route of the server, and no row for a route that is gone", () => {
    const served = routes.filter(({ method }) => method !== "HEAD").map(nameOf);
    expect(served.length).toBeGreaterThan(25);
    expect([...new Set(served)].sort()).toEqual(Object.keys(table).sort());
  });

  it("mounts every route of the door twice, with the same demand for a key", () => {
    const doors = ["", "/agentmarket"].map((prefix) =>
      routes
        .filter((route) => route.path.startsWith("/api/") && route.prefix === prefix)
        .map((route) => `${nameOf(route)} ${route.requiresKey}`)
        .sort(),
    );
    expect(doors[0]).toEqual(doors[1]);
  });

  it.each(visitors)(
    "answers %s as the table says, tells nothing private and changes nothing of others",
    async (visitor) => {
      const before = await ownersView();
      const key = keys[visitor];
      for (const route of routes) {
        const rows = [table[nameOf({ ...route, method: route.method === "HEAD" ? "GET" : route.method })] ?? []].flat();
        for (const row of rows) {
          const request = row.request(things);
          const answer = await send(route, request, key);
          const where = `${route.method} ${route.prefix}${request.path} with ${visitor}`;
          expect(answer.status, where).toBe(row.expected[visitors.indexOf(visitor)]);
          expect(JSON.stringify(answer.body), where).not.toContain(mark);
          if (answer.status === 401 && route.method !== "HEAD")
            expect(Object.keys(answer.body), where).toEqual(["success", "error", "code"]);
        }
      }
      expect(await ownersView()).toEqual(before);
      await house.expectLedgerToBalance();
    },
  );

  it("does let the owner do and see what the others could not", async () => {
    const self = await market.get("/api/agents/me", owner.key);
    expect(JSON.stringify(self.body)).toContain(mark);
    expect((await market.get(`/api/tasks/${things.completedTaskId}`, owner.key)).body.data.result).toBe(mark);
  });
});
