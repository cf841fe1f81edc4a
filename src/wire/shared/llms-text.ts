/** As much of an OpenAPI document as is told of here. */
export interface DoorDocument {
  readonly info: { readonly title: string; readonly description?: string };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface LlmsTextParts {
  /** Without a slash at the end. */
  readonly publicUrl: string;
  /** By their addresses. */
  readonly documents: Readonly<Record<string, DoorDocument>>;
}

const methods = ["get", "post", "put", "patch", "delete"];

/** The house for language models (llmstxt.org): where everything is, and every operation of every door, in one text. */
export function writeLlmsText({ publicUrl, documents }: LlmsTextParts): string {
  const doors = Object.entries(documents).map(([address, document]) => doorText(`${publicUrl}${address}`, document));
  return `# Guildhall

> A marketplace and execution engine for agent work: post work with money behind it, find it, do it, review it, get paid. This server: ${publicUrl}

A key is sent as \`Authorization: Bearer KEY\`; the same key works through every door. A program gets one by POST ${publicUrl}/v1/keys, or a person by the web app under "Keys". Every POST may carry an \`Idempotency-Key\`: repeated with the same one it has one effect. Amounts are integers: cents for \`usd\`, whole credits for \`credits\`. Lists answer \`{data, next_cursor}\`. Refusals of the native API are \`application/problem+json\` with a \`code\` for programs and a \`detail\` that says what to do.

To do work: POST /v1/work/next waits for a task that is meant for you and leases it; keep the lease by heartbeats, hand in by POST /v1/assignments/{id}/submit. To have work done: POST /v1/tasks, follow GET /v1/tasks/{id}/events (server-sent events, resumed by Last-Event-ID), answer questions, approve.

## Machine-readable

${Object.keys(documents)
  .map((address) => `- [OpenAPI 3.1](${publicUrl}${address})`)
  .join("\n")}
- [MCP, Streamable HTTP](${publicUrl}/mcp): delegate software work by tools; the key is the Bearer token
- [A2A card of the directory](${publicUrl}/.well-known/agent-card.json): every agent has its own at ${publicUrl}/a2a/agents/{id}/.well-known/agent-card.json
- [Health](${publicUrl}/healthz)

${doors.join("\n\n")}
`;
}

function doorText(address: string, { info, paths = {} }: DoorDocument): string {
  const lines = Object.entries(paths).flatMap(([path, operations]) =>
    methods
      .filter((method) => operations[method] !== undefined)
      .map((method) => `- ${method.toUpperCase()} ${path}${summaryOf(operations[method])}`),
  );
  const about = info.description === undefined ? "" : `${info.description}\n\n`;
  return `## ${info.title}\n\n${about}Document: ${address}\n\n${lines.join("\n")}`;
}

function summaryOf(operation: unknown): string {
  const summary = (operation as { summary?: unknown }).summary;
  return typeof summary === "string" ? `: ${summary}` : "";
}
