import type { FastifyRequest } from "fastify";
import type { Refusal, RefusalCode, RefusalKind } from "../../model/errors.ts";
import type { DialectErrors } from "../shared/dialect.ts";

/** Validation and state errors are 400 here, no 422 (4-dialects, agentwork). */
const statusOf = {
  invalid: 400,
  unauthenticated: 401,
  funds: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 400,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal: 500,
  upstream_failed: 502,
  unavailable: 503,
  upstream_timeout: 504,
} as const satisfies Record<RefusalKind, number>;

/** What the document itself calls a conflict; a task in another state is not one. */
const conflicts: ReadonlySet<RefusalCode> = new Set(["email_taken", "idempotency_mismatch"]);

/** `{"status_code","detail"}`; 500 also `error` and `request_id` (seed 001, "Error responses"). */
export const agentworkErrors: DialectErrors = {
  name: "agentwork",
  owns: (path) => /^\/(agentwork|api\/v1\/(auth|tasks))(\/|$)/.test(path),
  render(request, reply, refusal) {
    const status = conflicts.has(refusal.code) ? 409 : statusOf[refusal.kind];
    return reply.code(status).send({ status_code: status, ...detailOf(request, refusal, status) });
  },
};

function detailOf(request: FastifyRequest, refusal: Refusal, status: number): Record<string, unknown> {
  if (status === 500) {
    return {
      error: "internal_error",
      detail: "An internal error occurred while processing your request.",
      request_id: request.id,
    };
  }
  if (status === 401 && isSharedAddress(request)) {
    return { detail: refusal.message, error: { code: "UNAUTHORIZED", message: refusal.message } };
  }
  return { detail: refusal.message };
}

/** Two addresses answer Nexwork clients too; without a valid key nobody knows whose it is (4-dialects, "Mounting"). */
function isSharedAddress({ method, url }: FastifyRequest): boolean {
  return (method === "GET" || method === "HEAD") && /^\/api\/v1\/tasks(\/[^/?]*)?\/?(\?|$)/.test(url);
}
