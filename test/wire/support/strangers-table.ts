import { multipartAround } from "../../support/files-client.ts";

/** Every way to come to a door that is not one's own. */
export const visitors = ["no key", "malformed key", "revoked key", "other agent's key", "organization's key"] as const;
export type Visitor = (typeof visitors)[number];

export interface Request {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Row {
  /** A request that would succeed, or come as far as it can, for those whom it is meant for. */
  readonly request: (things: Things) => Request;
  /** Status by visitor, in the order above. */
  readonly expected: readonly [number, number, number, number, number];
}

/** What is there to be meddled with. All of it belongs to `owner`, `worker` and `customer`. */
export interface Things {
  readonly ownerId: string;
  readonly openTaskId: string;
  readonly assignedTaskId: string;
  readonly completedTaskId: string;
  readonly privateTaskId: string;
  /** Posted through the club door. */
  readonly clubTaskId: string;
  /** Posted through the agentwork door. */
  readonly delegatedTaskId: string;
  /** Has a proposal of somebody else's, in a category that nobody else may see. */
  readonly competingTaskId: string;
  /** Somebody else works on it, in a category that everybody may see. */
  readonly competedTaskId: string;
  /** Somebody else is its member. */
  readonly subtaskId: string;
  readonly customerEmail: string;
  readonly fileId: string;
}

/** In everything that only its owner may see. */
export const mark = "m4rk3d-private";
const open = [200, 200, 200, 200, 200] as const;
/** A key is not needed, but one that is sent must be good. */
const publicRead = [200, 401, 401, 200, 200] as const;

/** What a key shows is its holder's own. */
const ownRead = [401, 401, 401, 200, 200] as const;
/** Private things read as absent. */
const absent = [401, 401, 401, 404, 404] as const;

/** Only for agents, each of its own. */
const agentsRead = [401, 401, 401, 200, 403] as const;
const proposal = {
  planText: "I will read all of it, twice.",
  confidenceScore: 1,
  estimatedCostCents: 1,
  estimatedHours: 1,
};

/** A route that is neither in this table nor in that of the native API fails a test. */
export const strangersTable: Readonly<Record<string, Row | readonly Row[]>> = {
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
    // Nobody runs agents here: the hire ends when its time is over.
    expected: [401, 401, 401, 504, 402],
  },
  "POST /api/agent/v1/tasks": {
    request: () => ({ path: "/api/agent/v1/tasks", body: { title: "t", instructions: "i", payout_cents: 1 } }),
    // An agent of AgentMarket holds no dollars.
    expected: [401, 401, 401, 402, 201],
  },
  "GET /api/agent/v1/tasks": { request: () => ({ path: "/api/agent/v1/tasks" }), expected: ownRead },
  "GET /api/agent/v1/tasks/:id": {
    request: ({ clubTaskId }) => ({ path: `/api/agent/v1/tasks/${clubTaskId}` }),
    expected: absent,
  },
  "POST /api/agent/v1/tasks/:id/feedback": [
    {
      request: ({ clubTaskId }) => ({ path: `/api/agent/v1/tasks/${clubTaskId}/feedback`, body: { rating: 1 } }),
      expected: absent,
    },
    {
      request: ({ clubTaskId }) => ({ path: `/api/agent/v1/tasks/${clubTaskId}/feedback`, body: { approve: false } }),
      expected: absent,
    },
  ],

  "POST /api/v1/auth/register": {
    request: () => ({
      path: "/api/v1/auth/register",
      body: { email: `${crypto.randomUUID()}@example.com`, name: "New" },
    }),
    expected: [201, 401, 401, 201, 201],
  },
  "POST /api/v1/auth/api-key": {
    request: ({ customerEmail }) => ({
      path: "/api/v1/auth/api-key",
      body: { email: customerEmail, password: "a guess at it" },
    }),
    expected: [401, 401, 401, 401, 401],
  },
  "POST /api/v1/tasks": {
    request: () => ({ path: "/api/v1/tasks", body: { title: "t", description: "d" } }),
    expected: [401, 401, 401, 201, 201],
  },
  "GET /api/v1/tasks": { request: () => ({ path: "/api/v1/tasks" }), expected: ownRead },
  "GET /api/v1/tasks/:id": onDelegated(""),
  "GET /api/v1/tasks/:id/result": onDelegated("/result"),
  "GET /api/v1/tasks/:id/events": onDelegated("/events"),
  "POST /api/v1/tasks/:id/message": onDelegated("/message", { message: "Stop." }),
  "POST /api/v1/tasks/:id/solution-status": onDelegated("/solution-status", { status: "CONFIRMED" }),
  "POST /api/v1/tasks/:id/cancel": onDelegated("/cancel"),

  "GET /nexwork/api/v1/tasks": { request: () => ({ path: "/api/v1/tasks?limit=100" }), expected: agentsRead },
  "GET /nexwork/api/v1/tasks/:id": [
    onCompetition("competingTaskId", "", undefined, 404),
    onCompetition("competedTaskId", "", undefined, 404),
  ],
  "POST /nexwork/api/v1/tasks/:id/propose": [
    onCompetition("competingTaskId", "/propose", proposal, 404),
    onCompetition("competedTaskId", "/propose", proposal, 409),
  ],
  "POST /nexwork/api/v1/tasks/:id/deliver": [
    onCompetition("competingTaskId", "/deliver", { content: "Mine now" }, 404),
    onCompetition("competedTaskId", "/deliver", { content: "Mine now" }, 404),
  ],
  "GET /nexwork/api/v1/subtasks/:id/context": onSubtask("/context"),
  "GET /nexwork/api/v1/subtasks/:id/messages": onSubtask("/messages"),
  "POST /nexwork/api/v1/subtasks/:id/messages": onSubtask("/messages", { content: "Let me in." }),
  "POST /nexwork/api/v1/subtasks/:id/deliver": onSubtask("/deliver", { content: "Mine now" }),
  "GET /nexwork/api/v1/agents/me": { request: () => ({ path: "/api/v1/agents/me" }), expected: agentsRead },
  "GET /nexwork/api/v1/agents/me/tasks": { request: () => ({ path: "/api/v1/agents/me/tasks" }), expected: agentsRead },
  "GET /nexwork/api/v1/agents/me/earnings": {
    request: () => ({ path: "/api/v1/agents/me/earnings" }),
    expected: agentsRead,
  },

  "GET /mcp": { request: () => ({ path: "/mcp" }), expected: [405, 405, 405, 405, 405] },
  "DELETE /mcp": { request: () => ({ path: "/mcp" }), expected: [405, 405, 405, 405, 405] },
  // Whoever may not is told so by the tool.
  "POST /mcp": [
    { request: () => ({ path: "/mcp", ...callingTool("tools/list", {}) }), expected: open },
    { request: ({ delegatedTaskId }) => askForTask(delegatedTaskId), expected: open },
    ...["agentwork_get_task_result", "agentwork_cancel_task"].map(
      (name): Row => ({
        request: ({ delegatedTaskId }) => ({
          path: "/mcp",
          ...callingTool("tools/call", { name, arguments: { task_id: delegatedTaskId } }),
        }),
        expected: open,
      }),
    ),
  ],

  "GET /.well-known/agent-card.json": {
    request: () => ({ path: "/.well-known/agent-card.json" }),
    expected: publicRead,
  },
  "GET /a2a/agents/:id/.well-known/agent-card.json": {
    request: ({ ownerId }) => ({ path: `/a2a/agents/${ownerId}/.well-known/agent-card.json` }),
    expected: publicRead,
  },
  "POST /a2a": {
    request: () => ({
      path: "/a2a",
      ...callingA2a("SendMessage", { message: { messageId: "1", parts: [{ text: "x" }] } }),
    }),
    expected: publicRead,
  },
  // Whoever may not see a task is told by JSON-RPC that there is none.
  "POST /a2a/agents/:id": ["GetTask", "CancelTask", "ListTasks", "ListTaskPushNotificationConfigs"].map(
    (method): Row => ({
      request: ({ ownerId, privateTaskId: id }) => ({
        path: `/a2a/agents/${ownerId}`,
        ...callingA2a(method, { id, taskId: id }),
      }),
      expected: ownRead,
    }),
  ),

  "POST /v1/files": { request: () => ({ path: "/v1/files", ...uploadOf("x") }), expected: [401, 401, 401, 201, 201] },
  // The link is the permission; an id alone is none.
  "GET /v1/files/:id": {
    request: ({ fileId }) => ({ path: `/v1/files/${fileId}` }),
    expected: [403, 401, 401, 403, 403],
  },
  "GET /v1/files/:id/link": { request: ({ fileId }) => ({ path: `/v1/files/${fileId}/link` }), expected: absent },
  "PUT /v1/me/password": {
    request: () => ({ path: "/v1/me/password", body: { password: "mine from now on" } }),
    // Neither key belongs to a person.
    expected: [401, 401, 401, 403, 403],
  },
  "GET /v1/auth/get-session": { request: () => ({ path: "/v1/auth/get-session" }), expected: publicRead },
  "POST /v1/auth/sign-up/email": fromForeignPage("/sign-up/email", (email) => ({
    name: "Eve",
    email,
    password: "correct horse",
  })),
  "POST /v1/auth/sign-in/email": fromForeignPage("/sign-in/email", (email) => ({ email, password: "correct horse" })),
  "POST /v1/auth/sign-out": fromForeignPage("/sign-out", () => ({})),
  "POST /v1/auth/request-password-reset": fromForeignPage("/request-password-reset", (email) => ({ email })),
  "POST /v1/auth/first-administrator": fromForeignPage("/first-administrator", (email) => ({
    token: "guessed",
    name: "Mallory",
    email,
    password: "correct horse",
  })),
  "POST /v1/auth/reset-password": fromForeignPage("/reset-password", () => ({
    token: "a-guess-at-it",
    newPassword: "mine from now on",
  })),

  "GET /llms.txt": { request: () => ({ path: "/llms.txt" }), expected: open },
  "GET /openapi.json": { request: () => ({ path: "/openapi.json" }), expected: open },
  "GET /openapi/club.json": { request: () => ({ path: "/openapi/club.json" }), expected: open },
  "GET /openapi/agentwork.json": { request: () => ({ path: "/openapi/agentwork.json" }), expected: open },
  "GET /openapi/nexwork.json": { request: () => ({ path: "/openapi/nexwork.json" }), expected: open },
  "GET /openapi/agentmarket.json": { request: () => ({ path: "/openapi/agentmarket.json" }), expected: open },
  "GET /healthz": { request: () => ({ path: "/healthz" }), expected: open },
  "GET /readyz": { request: () => ({ path: "/readyz" }), expected: open },
  "GET /metrics": { request: () => ({ path: "/metrics" }), expected: open },
};

function onCompetition(
  task: "competingTaskId" | "competedTaskId",
  rest: string,
  body: unknown,
  otherAgents: 404 | 409,
): Row {
  return {
    request: (things) => ({ path: `/api/v1/tasks/${things[task]}${rest}`, body }),
    expected: [401, 401, 401, otherAgents, 403],
  };
}

function onSubtask(rest: string, body?: unknown): Row {
  return {
    request: ({ subtaskId }) => ({ path: `/api/v1/subtasks/${subtaskId}${rest}`, body }),
    expected: [401, 401, 401, 404, 403],
  };
}

function onDelegated(rest: string, body?: unknown): Row {
  return {
    request: ({ delegatedTaskId }) => ({ path: `/api/v1/tasks/${delegatedTaskId}${rest}`, body }),
    expected: absent,
  };
}

/** Even with the right password: the page of somebody else may not send it (CSRF). */
function fromForeignPage(path: string, body: (email: string) => unknown): Row {
  return {
    request: ({ customerEmail }) => ({
      path: `/v1/auth${path}`,
      body: body(customerEmail),
      headers: { Origin: "https://stranger.example.com" },
    }),
    expected: [403, 401, 401, 403, 403],
  };
}

function callingTool(method: string, params: unknown): Pick<Request, "body" | "headers"> {
  return {
    body: { jsonrpc: "2.0", id: 1, method, params },
    headers: { Accept: "application/json, text/event-stream" },
  };
}

function callingA2a(method: string, params: unknown): Pick<Request, "body" | "headers"> {
  return { body: { jsonrpc: "2.0", id: 1, method, params }, headers: { "A2A-Version": "1.0" } };
}

/** What an MCP client sends to learn of a task; its owner gets the solution. */
export function askForTask(taskId: string): Request {
  const params = { name: "agentwork_get_task_status", arguments: { task_id: taskId } };
  return { path: "/mcp", ...callingTool("tools/call", params) };
}

function uploadOf(content: string): Pick<Request, "body" | "headers"> {
  const { before, after, contentType } = multipartAround("a.txt");
  return { body: `${before}${content}${after}`, headers: { "Content-Type": contentType } };
}
