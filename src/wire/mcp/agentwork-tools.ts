import { type CallToolResult, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

/**
 * The eight Agentwork tools (seed 002, "Available tools"), as calls of the Agentwork REST API. This file is the whole of
 * what `/mcp` and the `agentwork-mcp` package have in common and uses nothing else of the server: the package compiles it
 * into itself.
 */

export interface ApiCall {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

export interface ApiAnswer {
  readonly status: number;
  /** The parsed JSON. */
  readonly body: unknown;
}

/** Sends a call with whatever key there is. Throws if no answer came. */
export type CallApi = (call: ApiCall) => Promise<ApiAnswer>;

const lifecycle =
  "The status says what to do next: processing → wait 5 to 10 seconds and call agentwork_get_task_status again; " +
  "awaiting_reply → answer question.content with agentwork_send_message; awaiting_solution_approval → read " +
  "solution.content and decide with agentwork_approve_solution; completed → call agentwork_get_task_result; " +
  "cancelled → nothing more to do.";

const nextSteps: Readonly<Record<string, string>> = {
  processing:
    "The agent is working. Wait 5 to 10 seconds, then call agentwork_get_task_status again. If last_activity_at has not " +
    "changed for several minutes, look at agentwork_get_task_events; a stalled task can be cancelled with " +
    "agentwork_cancel_task and created anew.",
  awaiting_reply:
    "The agent waits for an answer. Read question.content (for CLARIFYING_QUESTIONS it is JSON with a list of questions), " +
    "then answer all of it in one plain text with agentwork_send_message.",
  awaiting_solution_approval:
    "The agent proposes a solution. Read solution.content; agentwork_get_task_result also lists its files. Then call " +
    "agentwork_approve_solution: approved=true ends the task, approved=false with a rejection_reason has it revised.",
  completed: "The task is done. Call agentwork_get_task_result for the text and the files.",
  cancelled: "The task was cancelled; agentwork_get_task_events says why. There is nothing more to do for it.",
};

const afterErrors: Readonly<Record<number, string>> = {
  400: "Call agentwork_get_task_status to see what the task waits for, or correct the arguments.",
  401:
    "A valid API key is needed: AGENTWORK_API_KEY for agentwork-mcp, or the header Authorization: Bearer aw_live_... for " +
    "/mcp. Without an account, call agentwork_register first.",
  402: "Today's free credits are used up. Try again after the time given in detail.",
  403: "An administrator has not let this agent in, or has sent it away. Nothing works until that changes.",
  404: "Check task_id: there is no such task, or it belongs to another organization.",
  409: "This e-mail address is taken. Use its existing key, or register another address.",
  429: "Too many requests. Wait a minute, then try again.",
};
const afterOtherErrors = "This is not your fault. Wait some seconds, then try again.";

const task_id = z.string().min(1).max(100).describe("The task_id that agentwork_create_task returned");

/** An MCP server with the eight tools, for one connection or one request. */
export function createAgentworkServer(call: CallApi): McpServer {
  const server = new McpServer(
    { name: "agentwork", version: "1.0.0" },
    { instructions: `Delegate software work to an agent. Create a task, then poll its status. ${lifecycle}` },
  );
  addAccountTool(server, call);
  addConversationTools(server, call);
  addReadingTools(server, call);
  return server;
}

function addAccountTool(server: McpServer, call: CallApi): void {
  server.registerTool(
    "agentwork_register",
    {
      description:
        "Register and get an API key. Needs no key. Call this once, and only if you have no key yet; save api_key from the " +
        "answer at once, because it is shown only here. Next: agentwork_create_task.",
      inputSchema: z.object({
        email: z.string().describe("Your e-mail address"),
        name: z.string().describe("Your full name"),
        organization_name: z.string().optional().describe("Made up for you if left out"),
      }),
    },
    (body) =>
      answer(call({ method: "POST", path: "/api/v1/auth/register", body }), () =>
        [
          "Save api_key now: it is shown only this once. It goes into AGENTWORK_API_KEY for agentwork-mcp, or into the",
          "header Authorization: Bearer for /mcp. Then call agentwork_create_task.",
        ].join(" "),
      ),
  );
}

function addConversationTools(server: McpServer, call: CallApi): void {
  server.registerTool(
    "agentwork_create_task",
    {
      description:
        "Create a new task. The more exact the description (goal, constraints, files expected), the fewer questions come " +
        `back. Returns task_id; next, poll agentwork_get_task_status every 5 to 10 seconds. ${lifecycle}`,
      inputSchema: z.object({
        title: z.string().describe("Short; cut at 70 characters"),
        description: z.string().describe("What you need, in detail"),
      }),
    },
    (body) => answer(call({ method: "POST", path: "/api/v1/tasks/", body })),
  );
  server.registerTool(
    "agentwork_send_message",
    {
      description:
        "Reply to a question. Only while the status is awaiting_reply; answer everything that question.content asks, in " +
        "plain text. Afterwards the status is processing: poll agentwork_get_task_status again.",
      inputSchema: z.object({ task_id, message: z.string().describe("Your reply, not empty") }),
    },
    ({ task_id: id, message }) => callTask(call, { method: "POST", id, action: "/message", body: { message } }),
  );
  server.registerTool(
    "agentwork_approve_solution",
    {
      description:
        "Approve or reject a proposed solution. Only while the status is awaiting_solution_approval. approved=true completes " +
        "the task: next, agentwork_get_task_result. approved=false sends it back for revision: say in rejection_reason what " +
        "must change, then poll agentwork_get_task_status again.",
      inputSchema: z.object({
        task_id,
        approved: z.boolean(),
        rejection_reason: z.string().optional().describe("What must change, if not approved"),
      }),
    },
    ({ task_id: id, approved, rejection_reason }) => {
      const body = approved ? { status: "CONFIRMED" } : { status: "REJECTED", rejection_reason };
      return callTask(call, { method: "POST", id, action: "/solution-status", body });
    },
  );
  server.registerTool(
    "agentwork_cancel_task",
    {
      description:
        "Cancel a task that is not completed, for instance one that has stalled. It cannot be resumed; create a new one.",
      inputSchema: z.object({ task_id }),
    },
    ({ task_id: id }) => callTask(call, { method: "POST", id, action: "/cancel" }),
  );
}

function addReadingTools(server: McpServer, call: CallApi): void {
  const annotations = { readOnlyHint: true };
  server.registerTool(
    "agentwork_get_task_status",
    { description: `Poll task status. ${lifecycle}`, inputSchema: z.object({ task_id }), annotations },
    ({ task_id: id }) => callTask(call, { method: "GET", id, action: "" }),
  );
  server.registerTool(
    "agentwork_get_task_result",
    {
      description:
        "Get the result and files of a task, once its status is completed (before that: the newest proposal). Each file has " +
        "a download_url that works for one hour without a key; call again for fresh ones.",
      inputSchema: z.object({ task_id }),
      annotations,
    },
    ({ task_id: id }) =>
      callTask(call, { method: "GET", id, action: "/result" }, (status) =>
        status === "completed"
          ? "Read result_text and fetch each download_url within one hour; no key is needed for that."
          : nextSteps[status],
      ),
  );
  server.registerTool(
    "agentwork_get_task_events",
    {
      description:
        "Get the activity log of a task, oldest first: what the agent is doing, what was asked and answered. Use it while the " +
        "status is processing, then go on polling agentwork_get_task_status.",
      inputSchema: z.object({ task_id }),
      annotations,
    },
    ({ task_id: id }) =>
      callTask(call, { method: "GET", id, action: "/events" }, () => "Go on with agentwork_get_task_status."),
  );
}

interface TaskCall {
  readonly method: "GET" | "POST";
  readonly id: string;
  readonly action: "" | "/message" | "/solution-status" | "/cancel" | "/result" | "/events";
  readonly body?: Readonly<Record<string, unknown>>;
}

type NextStep = (status: string) => string | undefined;

/** An id that could change the path is not sent: it is no task's anyway. */
function callTask(call: CallApi, { method, id, action, body }: TaskCall, next?: NextStep): Promise<CallToolResult> {
  if (!/^[\w-]+$/.test(id)) {
    return answer(Promise.resolve({ status: 404, body: { status_code: 404, detail: "Task not found." } }));
  }
  const path = `/api/v1/tasks/${id}${action}`;
  return answer(call({ method, path, ...(body === undefined ? {} : { body }) }), next);
}

/** What the API said, with what to do next; a refusal is a tool error that says how to go on. */
async function answer(
  answering: Promise<ApiAnswer>,
  next: NextStep = (status) => nextSteps[status],
): Promise<CallToolResult> {
  try {
    const { status, body } = await answering;
    const said = isRecord(body) ? body : { detail: String(body) };
    if (status >= 400) {
      return result({ status_code: status, ...said, next_step: afterErrors[status] ?? afterOtherErrors }, true);
    }
    const next_step = next(typeof said.status === "string" ? said.status : "");
    return result({ ...said, ...(next_step === undefined ? {} : { next_step }) }, false);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return result({ detail, next_step: afterOtherErrors }, true);
  }
}

function result(said: Record<string, unknown>, isError: boolean): CallToolResult {
  return { content: [{ type: "text", text: JSON.stringify(said, null, 2) }], structuredContent: said, isError };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
