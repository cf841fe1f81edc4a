import type { Sample } from "./hostile-bodies.ts";
import { nameOf, type Route } from "./route-table.ts";

/** For every route that takes a body, one that it would accept: what is hostile is then the one thing that is changed. */
export const samples: Readonly<Record<string, Sample>> = {
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

  "POST /api/agent/v1/tasks": { title: "t", instructions: "i", payout_cents: 1, currency: "usd", tags: ["a"] },
  "POST /api/agent/v1/tasks/:id/feedback": { approve: true, rating: 5, feedback: "Good." },

  "POST /api/v1/auth/register": { email: "ada@example.com", name: "Ada", organization_name: "Ada & Co" },
  "POST /api/v1/auth/api-key": { email: "nobody@example.com", password: "correct horse", key_name: "Key" },
  "POST /api/v1/tasks": { title: "t", description: "d" },
  "POST /api/v1/tasks/:id/message": { message: "2024" },
  "POST /api/v1/tasks/:id/solution-status": { status: "REJECTED", rejection_reason: "No tests." },

  "POST /nexwork/api/v1/tasks/:id/propose": {
    planText: "I will read all of it, twice.",
    sampleOutput: "Company, Website",
    confidenceScore: 0.85,
    estimatedCostCents: 1,
    estimatedHours: 1.5,
  },
  "POST /nexwork/api/v1/tasks/:id/deliver": {
    content: "Done.",
    fileUrls: ["https://example.com/1"],
    submissionUrl: "https://example.com/2",
  },
  "POST /nexwork/api/v1/subtasks/:id/messages": { content: "Picked this up." },
  "POST /nexwork/api/v1/subtasks/:id/deliver": {
    content: "Done.",
    fileUrls: ["https://example.com/1"],
    submissionUrl: "https://example.com/2",
  },

  "POST /v1/keys": { label: "Key", format: "aw_live", role: "member" },
  "POST /v1/keys/:id/rotate": {},
  "POST /v1/agents": { name: "A", capabilities: ["coding"], engineer: true, owner_email: "me@example.com" },
  "PATCH /v1/agents/:id": { name: "A", capabilities: ["coding"], engineer: "none", price_per_task: 5 },
  "POST /v1/tasks": {
    title: "t",
    description: "d",
    budget: 1,
    intake: "proposals",
    currency: "usd",
    inputs: { source: "https://example.com/1" },
    tags: ["a"],
    max_revisions: 1,
    max_proposals: 5,
    dispute_hours: 24,
  },
  "POST /v1/tasks/:id/claim": { heartbeat_seconds: 60 },
  "POST /v1/tasks/:id/answer": { content: "2024" },
  "POST /v1/tasks/:id/approve": { rating: 5, scores: { accuracy: 5 }, feedback: "Good." },
  "POST /v1/tasks/:id/request-revision": { reason: "No tests." },
  "POST /v1/tasks/:id/reject": { reason: "No tests.", cancel: false },
  "POST /v1/tasks/:id/cancel": {},
  "POST /v1/tasks/:id/proposals": {
    plan: "I will read all of it, twice.",
    sample_output: "Company, Website",
    confidence: 0.85,
    amount: 1,
    estimated_hours: 1.5,
  },
  "POST /v1/tasks/:id/close-intake": {},
  "POST /v1/tasks/:id/reopen": { max_proposals: 20 },
  "POST /v1/tasks/:id/dispute": { reason: "Not what was asked for." },
  "POST /v1/proposals/:id/shortlist": {},
  "POST /v1/proposals/:id/decline": { reason: "Too dear." },
  "POST /v1/proposals/:id/withdraw": {},
  "POST /v1/disputes/:id/answer": { response: "It is." },
  "POST /v1/wallet/deposits": { amount: 100, currency: "usd", reference: "Invoice 1" },
  "POST /v1/wallet/payouts": { amount: 1, currency: "usd", reference: "Invoice 2" },
  "POST /v1/admin/agents/:id/approve": { reason: "Known." },
  "POST /v1/admin/agents/:id/reject": { reason: "Unknown." },
  "POST /v1/admin/agents/:id/suspend": { reason: "Spam." },
  "POST /v1/admin/disputes/:id/rule": { ruling: "split", amount: 1, note: "Half of it was done." },
  "POST /v1/admin/cash-requests/:id/confirm": { note: "Seen." },
  "POST /v1/admin/cash-requests/:id/refuse": { note: "Not seen." },
  "POST /v1/projects": {
    title: "t",
    description: "d",
    budget: 1,
    category: "general",
    capabilities: ["coding"],
    visibility: "private",
    plan: { subtasks: [{ key: "a", title: "t", description: "d", budget: 1, depends_on: [] }] },
    start: false,
    review_hours: 72,
  },
  "POST /v1/projects/:id/plan": { add: [{ key: "a", title: "t", description: "d", budget: 1 }], drop: [], rewire: [] },
  "POST /v1/projects/:id/start": {},
  "POST /v1/projects/:id/cancel": {},
  "POST /v1/projects/:id/summary": {},
  "POST /v1/projects/:id/messages": { content: "Hello." },
  "POST /v1/subtasks/:id/invite": { agent_id: "00000000-0000-7000-8000-000000000000", expires_in_minutes: 60 },
  "POST /v1/subtasks/:id/reassign": { reason: "Silent." },
  "POST /v1/subtasks/:id/messages": { content: "Hello." },
  "POST /v1/invitations/:id/accept": {},
  "POST /v1/invitations/:id/decline": {},
  "POST /v1/work/next": { wait_seconds: 0, capabilities: ["coding"], include: "board", heartbeat_seconds: 60 },
  "POST /v1/assignments/:id/heartbeat": {},
  "POST /v1/assignments/:id/progress": { content: "Reading" },
  "POST /v1/assignments/:id/ask": { type: "to_customer", content: "Which edition?" },
  "POST /v1/assignments/:id/submit": {
    text: "Done.",
    links: ["https://example.com/1"],
    result_url: "https://example.com/2",
  },
  "POST /v1/assignments/:id/release": { reason: "Too hard." },
  "POST /a2a": { jsonrpc: "2.0", id: 1, method: "SendMessage", params: { message: { messageId: "1", parts: [] } } },
  "POST /a2a/agents/:id": { jsonrpc: "2.0", id: 1, method: "GetTask", params: { id: "none" } },
  "POST /v1/webhooks": { url: "https://example.com/hook", events: ["task.completed"], description: "Mine" },
  "PATCH /v1/webhooks/:id": { url: "https://example.com/hook", events: ["task.*"], description: "Mine", enabled: true },
  "POST /v1/webhooks/:id/rotate-secret": { overlap_hours: 1 },
  "POST /v1/webhooks/:id/test": {},
  "POST /v1/webhooks/:id/deliveries/:deliveryId/replay": {},
  "PUT /v1/me/password": { password: "correct horse" },
  "POST /v1/auth/sign-up/email": { name: "Ada", email: "ada2@example.com", password: "correct horse" },
  "POST /v1/auth/first-administrator": {
    token: "none",
    name: "Ada",
    email: "ada3@example.com",
    password: "correct horse",
  },
  "POST /v1/auth/sign-in/email": { email: "nobody@example.com", password: "correct horse", rememberMe: true },
  "POST /v1/auth/sign-out": {},
  "POST /v1/auth/request-password-reset": { email: "nobody@example.com" },
  "POST /v1/auth/reset-password": { token: "none", newPassword: "correct horse" },
};

/** The one route whose body is no JSON. */
export const uploadRoute = "POST /v1/files";

/** What an MCP client sends first thing after it has connected. */
const listTools: Sample = { jsonrpc: "2.0", id: 1, method: "tools/list" };

/** An acceptable body for the route; `{}` where it reads none. */
export function sampleOf(route: Pick<Route, "door" | "method" | "path">): Sample {
  return samples[nameOf(route)] ?? (route.door === "mcp" ? listTools : {});
}
