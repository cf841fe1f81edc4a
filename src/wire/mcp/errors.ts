import type { RefusalKind } from "../../model/errors.ts";
import type { DialectErrors } from "../shared/dialect.ts";

/** Status and JSON-RPC code of what is refused before the protocol is spoken. */
const answerOf = {
  invalid: { status: 400, code: -32700 },
  unauthenticated: { status: 401, code: -32000 },
  funds: { status: 402, code: -32000 },
  forbidden: { status: 403, code: -32000 },
  not_found: { status: 404, code: -32000 },
  conflict: { status: 409, code: -32000 },
  too_large: { status: 413, code: -32000 },
  unsupported_media_type: { status: 415, code: -32000 },
  rate_limited: { status: 429, code: -32000 },
  internal: { status: 500, code: -32603 },
  upstream_failed: { status: 502, code: -32603 },
  unavailable: { status: 503, code: -32603 },
  upstream_timeout: { status: 504, code: -32603 },
} as const satisfies Record<RefusalKind, { status: number; code: number }>;

/** JSON-RPC errors, as MCP clients understand them. */
export const mcpErrors: DialectErrors = {
  name: "mcp",
  owns: (path) => /^\/mcp(\/|$)/.test(path),
  render(_request, reply, refusal) {
    const { status, code } = answerOf[refusal.kind];
    const error = { code, message: refusal.message, data: { code: refusal.code } };
    return reply.code(status).send({ jsonrpc: "2.0", id: null, error });
  },
};
