import { expect } from "vitest";
import type { RawAnswer } from "./raw-connection.ts";
import type { DoorName, Route } from "./route-table.ts";

const text = expect.any(String);
const said = { code: text, message: text };

/** How each door says no (4-dialects; 5-native), for a status. What is not named here may not be there. */
const envelopes: Readonly<Record<DoorName, (status: number) => Record<string, unknown>>> = {
  agentmarket: () => ({ success: false, error: text, code: text }),
  club: () => ({ error: { code: text, message: text } }),
  agentwork: (status) => ({ status_code: status, detail: text }),
  nexwork: (status) => ({ error: nexworkError(status) }),
  // The message's own id where it could be read; the tests count 1.
  mcp: () => ({
    jsonrpc: "2.0",
    id: expect.toBeOneOf([null, 1]),
    error: expect.objectContaining({ code: expect.any(Number), message: text }),
  }),
  a2a: () => ({
    jsonrpc: "2.0",
    id: expect.toBeOneOf([null, 1]),
    error: {
      code: expect.any(Number),
      message: text,
      data: [expect.objectContaining({ reason: expect.stringMatching(/^[A-Z_]+$/), domain: text })],
    },
  }),
  native: problem,
  operations: problem,
};

function nexworkError(status: number): unknown {
  if (status === 400) return { ...said, details: { fieldErrors: expect.any(Object) } };
  return status === 409 ? expect.toBeOneOf([said, { ...said, details: { taskStatus: text } }]) : said;
}

function problem(status: number): Record<string, unknown> {
  return { type: "about:blank", title: text, status, detail: text, code: text, request_id: text };
}

/** What a refusal may say beyond its envelope: how much there is (402), where the fault is, what state a task is in. */
const extras: Readonly<Record<DoorName, readonly string[]>> = {
  agentmarket: ["balance"],
  club: [],
  agentwork: [],
  nexwork: [],
  mcp: [],
  a2a: [],
  native: ["errors", "state"],
  operations: [],
};

/** Fails unless this is how the route's door refuses with that status, and nothing else is in it. */
export function expectEnvelope(route: Route, answer: RawAnswer, where: string): void {
  const { door } = route;
  const isProblem = door === "native" || door === "operations";
  expect(answer.contentType, where).toMatch(isProblem ? /^application\/problem\+json/ : /^application\/json/);
  const expected = envelopes[door](answer.status);
  const body: Record<string, unknown> = JSON.parse(answer.text);
  if (answer.status === 401 && isShared(route)) {
    Object.assign(expected, { status_code: 401, detail: text, error: { code: "UNAUTHORIZED", message: text } });
  }
  const core = Object.fromEntries(Object.entries(body).filter(([name]) => !extras[door].includes(name)));
  expect(core, where).toEqual(expected);
}

/** Nobody knows whose client it is that comes here without a key, so both are answered (4-dialects, "Mounting"). */
function isShared({ method, prefix, path }: Route): boolean {
  return method === "GET" && prefix === "" && (path === "/api/v1/tasks" || path === "/api/v1/tasks/:id");
}

/** Where a door's document puts the key. */
export function keyHeader(door: DoorName, key: string | undefined): Record<string, string> {
  if (key === undefined) return {};
  return door === "agentmarket" || door === "operations" ? { "X-API-Key": key } : { Authorization: `Bearer ${key}` };
}
