/** What is there to be meddled with. */
export interface Scene {
  readonly taskId: string;
  readonly assignmentId: string;
  readonly agentId: string;
  readonly keyId: string;
  readonly webhookId: string;
  /** Of that webhook. */
  readonly deliveryId: string;
  readonly proposalId: string;
  readonly disputeId: string;
  readonly cashRequestId: string;
  readonly projectId: string;
  readonly subtaskId: string;
  readonly invitationId: string;
  /** Of a task of the poster's, by the worker. */
  readonly runId: string;
}

export interface Rule {
  /** What a path parameter is in the scene. */
  readonly id?: keyof Scene;
  readonly body?: unknown;
  /** What a stranger's key is answered. Private things read as absent. */
  readonly stranger: number;
  /** Somebody who is involved, but not in the role that may do this. */
  readonly wrongRole?: { readonly as: "worker" | "poster"; readonly status: number };
  /** Only an administrator may; what is not there only they are told. */
  readonly isAdmins?: true;
}

const posting = { title: "T", description: "D", budget: 1, currency: "usd" };

/** 403 for everybody else, whatever part they have. */
function admins(id?: keyof Scene, body?: unknown): Rule {
  const named = id === undefined ? {} : { id };
  return { ...named, body, stranger: 403, wrongRole: { as: "poster", status: 403 }, isAdmins: true };
}

/** Routes with their bodies, of a team that the worker is not in: only the buyer and members see that there is one. */
function teams(id: keyof Scene, bodies: Readonly<Record<string, unknown>>): Readonly<Record<string, Rule>> {
  const rule = (body: unknown): Rule => ({ id, body, stranger: 404, wrongRole: { as: "worker", status: 404 } });
  return Object.fromEntries(Object.entries(bodies).map(([route, body]) => [route, rule(body)]));
}

/** Every route of the native API, except those of `strangers-table.ts`. */
export const nativeRules: Readonly<Record<string, Rule>> = {
  "GET /v1/me": { stranger: 200 },
  "GET /v1/parties": { stranger: 200 },
  "GET /v1/keys": { stranger: 200 },
  "POST /v1/keys": { body: { role: "admin" }, stranger: 403, wrongRole: { as: "worker", status: 403 } },
  "DELETE /v1/keys/{id}": { id: "keyId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "POST /v1/keys/{id}/rotate": { id: "keyId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "GET /v1/keys/{id}/limits": { id: "keyId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "PUT /v1/keys/{id}/limits": {
    id: "keyId",
    body: { daily_cents: 5, daily_credits: null },
    stranger: 404,
    wrongRole: { as: "worker", status: 404 },
  },
  "GET /v1/agents/{id}/limits": { id: "agentId", stranger: 403 },
  "PUT /v1/agents/{id}/limits": {
    id: "agentId",
    body: { daily_cents: 5, daily_credits: null },
    stranger: 403,
    wrongRole: { as: "worker", status: 403 },
  },
  "POST /v1/agents": {
    body: { name: "A", engineer: "platform" },
    stranger: 403,
    wrongRole: { as: "worker", status: 403 },
  },
  "GET /v1/agents": { stranger: 200 },
  "GET /v1/agents/{id}": { id: "agentId", stranger: 200 },
  "PATCH /v1/agents/{id}": {
    id: "agentId",
    body: { name: "Hacked" },
    stranger: 403,
    wrongRole: { as: "poster", status: 403 },
  },
  "POST /v1/tasks": { body: posting, stranger: 201 },
  "GET /v1/tasks": { stranger: 200 },
  "GET /v1/tasks/{id}": { id: "taskId", stranger: 404 },
  "GET /v1/tasks/{id}/events": { id: "taskId", stranger: 404 },
  "POST /v1/tasks/{id}/claim": { id: "taskId", stranger: 404, wrongRole: { as: "poster", status: 404 } },
  "POST /v1/tasks/{id}/answer": {
    id: "taskId",
    body: { content: "A" },
    stranger: 404,
    wrongRole: { as: "worker", status: 404 },
  },
  "POST /v1/tasks/{id}/approve": { id: "taskId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "POST /v1/tasks/{id}/request-revision": { id: "taskId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "POST /v1/tasks/{id}/reject": { id: "taskId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "POST /v1/tasks/{id}/cancel": { id: "taskId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "GET /v1/tasks/{id}/proposals": { id: "taskId", stranger: 404, wrongRole: { as: "worker", status: 403 } },
  "POST /v1/tasks/{id}/proposals": {
    id: "taskId",
    body: { plan: "I will read all of it, twice.", confidence: 1, amount: 1, estimated_hours: 1 },
    stranger: 404,
    wrongRole: { as: "poster", status: 404 },
  },
  "POST /v1/tasks/{id}/close-intake": { id: "taskId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "POST /v1/tasks/{id}/shortlist": {
    id: "taskId",
    body: { proposal_ids: ["00000000-0000-7000-8000-000000000001"] },
    stranger: 404,
    wrongRole: { as: "worker", status: 404 },
  },
  "POST /v1/tasks/{id}/reopen": { id: "taskId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "GET /v1/tasks/{id}/submissions": { id: "taskId", stranger: 404 },
  "POST /v1/tasks/{id}/dispute": { id: "taskId", body: { reason: "A" }, stranger: 404 },
  "GET /v1/proposals/{id}": { id: "proposalId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "POST /v1/proposals/{id}/withdraw": { id: "proposalId", stranger: 404, wrongRole: { as: "poster", status: 404 } },
  "POST /v1/proposals/{id}/shortlist": { id: "proposalId", stranger: 404, wrongRole: { as: "poster", status: 404 } },
  "POST /v1/proposals/{id}/decline": { id: "proposalId", stranger: 404, wrongRole: { as: "poster", status: 404 } },
  "GET /v1/disputes/{id}": { id: "disputeId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "POST /v1/disputes/{id}/answer": {
    id: "disputeId",
    body: { response: "A" },
    stranger: 404,
    wrongRole: { as: "poster", status: 404 },
  },
  "POST /v1/wallet/deposits": { body: { amount: 1 }, stranger: 201 },
  "GET /v1/wallet/deposits": { stranger: 200 },
  "POST /v1/wallet/payouts": { body: { amount: 1 }, stranger: 201 },
  "GET /v1/wallet/payouts": { stranger: 200 },
  "GET /v1/admin/agents": admins(),
  "POST /v1/admin/agents/{id}/approve": admins("agentId"),
  "POST /v1/admin/agents/{id}/reject": admins("agentId"),
  "POST /v1/admin/agents/{id}/suspend": admins("agentId"),
  "GET /v1/admin/disputes": admins(),
  "POST /v1/admin/disputes/{id}/rule": admins("disputeId", { ruling: "pay" }),
  "GET /v1/admin/cash-requests": admins(),
  "POST /v1/admin/cash-requests/{id}/confirm": admins("cashRequestId"),
  "POST /v1/admin/cash-requests/{id}/refuse": admins("cashRequestId"),
  "GET /v1/admin/audit": admins(),
  "GET /v1/admin/jobs": admins(),
  // Jobs are numbered: what is no job's number is tried in native-admin.test.ts.
  "POST /v1/admin/jobs/{id}/retry": admins(),
  "POST /v1/admin/jobs/unlock": admins(),
  "GET /v1/admin/nodes": admins(),
  "GET /v1/admin/health": admins(),
  "GET /v1/admin/users": admins(),
  "POST /v1/projects": { body: { title: "T", description: "D", budget: 1 }, stranger: 201 },
  "GET /v1/projects": { stranger: 200 },
  ...teams("projectId", {
    "GET /v1/projects/{id}": undefined,
    "GET /v1/projects/{id}/graph": undefined,
    "POST /v1/projects/{id}/plan": {},
    "POST /v1/projects/{id}/start": {},
    "POST /v1/projects/{id}/cancel": {},
    "POST /v1/projects/{id}/summary": {},
    "GET /v1/projects/{id}/messages": undefined,
    "POST /v1/projects/{id}/messages": { content: "A" },
  }),
  ...teams("subtaskId", {
    "GET /v1/subtasks/{id}": undefined,
    "GET /v1/subtasks/{id}/context": undefined,
    "POST /v1/subtasks/{id}/amend": { text: "A" },
    "POST /v1/subtasks/{id}/invite": { agent_id: "00000000-0000-7000-8000-000000000000" },
    "POST /v1/subtasks/{id}/reassign": { reason: "A" },
    "GET /v1/subtasks/{id}/messages": undefined,
    "POST /v1/subtasks/{id}/messages": { content: "A" },
  }),
  "GET /v1/invitations": { stranger: 200 },
  "POST /v1/invitations/{id}/accept": { id: "invitationId", stranger: 404, wrongRole: { as: "poster", status: 404 } },
  "POST /v1/invitations/{id}/decline": { id: "invitationId", stranger: 404, wrongRole: { as: "poster", status: 404 } },
  "GET /v1/work": { stranger: 200 },
  "POST /v1/work/next": { stranger: 204 },
  "POST /v1/assignments/{id}/heartbeat": {
    id: "assignmentId",
    stranger: 404,
    wrongRole: { as: "poster", status: 404 },
  },
  "POST /v1/assignments/{id}/progress": {
    id: "assignmentId",
    body: { content: "A" },
    stranger: 404,
    wrongRole: { as: "poster", status: 404 },
  },
  "POST /v1/assignments/{id}/ask": {
    id: "assignmentId",
    body: { type: "to_customer", content: "A" },
    stranger: 404,
    wrongRole: { as: "poster", status: 404 },
  },
  "POST /v1/assignments/{id}/submit": {
    id: "assignmentId",
    body: { text: "A" },
    stranger: 404,
    wrongRole: { as: "poster", status: 404 },
  },
  "POST /v1/assignments/{id}/release": { id: "assignmentId", stranger: 404, wrongRole: { as: "poster", status: 404 } },
  "GET /v1/webhooks": { stranger: 200 },
  "POST /v1/webhooks": { body: { url: "https://stranger.example.com/hook" }, stranger: 201 },
  "GET /v1/webhooks/{id}": { id: "webhookId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "PATCH /v1/webhooks/{id}": {
    id: "webhookId",
    body: { url: "https://stranger.example.com/hook" },
    stranger: 404,
    wrongRole: { as: "worker", status: 404 },
  },
  "DELETE /v1/webhooks/{id}": { id: "webhookId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "POST /v1/webhooks/{id}/rotate-secret": { id: "webhookId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "POST /v1/webhooks/{id}/test": { id: "webhookId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "GET /v1/webhooks/{id}/deliveries": { id: "webhookId", stranger: 404, wrongRole: { as: "worker", status: 404 } },
  "GET /v1/webhooks/{id}/deliveries/{deliveryId}": {
    id: "webhookId",
    stranger: 404,
    wrongRole: { as: "worker", status: 404 },
  },
  "POST /v1/webhooks/{id}/deliveries/{deliveryId}/replay": {
    id: "webhookId",
    stranger: 404,
    wrongRole: { as: "worker", status: 404 },
  },
  "GET /v1/notices": { stranger: 200 },
  "GET /v1/runs": { stranger: 200 },
  "GET /v1/runs/{id}": { id: "runId", stranger: 404 },
  "GET /v1/runs/{id}/steps": { id: "runId", stranger: 404 },
  "GET /v1/runs/{id}/events": { id: "runId", stranger: 404 },
  "POST /v1/runs/{id}/cancel": { id: "runId", stranger: 404, wrongRole: { as: "poster", status: 403 } },
  "GET /v1/runs/{id}/files": { id: "runId", stranger: 404, wrongRole: { as: "poster", status: 403 } },
  "GET /v1/runs/{id}/files/content": { id: "runId", stranger: 404, wrongRole: { as: "poster", status: 403 } },
  "POST /v1/agents/{id}/try": {
    id: "agentId",
    body: { description: "A" },
    stranger: 403,
    wrongRole: { as: "worker", status: 403 },
  },
  "GET /v1/earnings": { stranger: 200 },
  "GET /v1/wallet": { stranger: 200 },
  "GET /v1/wallet/transfers": { stranger: 200 },
  "GET /v1/wallet/history": { stranger: 200 },
};
