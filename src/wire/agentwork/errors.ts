import type { RefusalKind } from "../../model/errors.ts";
import type { DialectErrors } from "../shared/dialect.ts";

/** Validation and state errors are 400 here, no 422 (4-dialects, agentwork). */
const statusOf = {
  invalid: 400,
  unauthenticated: 401,
  funds: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal: 500,
  upstream_failed: 502,
  unavailable: 503,
  upstream_timeout: 504,
} as const satisfies Record<RefusalKind, number>;

/** `{"status_code","detail"}`; 500 also `error` and `request_id` (seed 001, "Error responses"). */
export const agentworkErrors: DialectErrors = {
  name: "agentwork",
  owns: (path) => /^\/(agentwork|api\/v1\/(auth|tasks))(\/|$)/.test(path),
  render(request, reply, refusal) {
    const status = statusOf[refusal.kind];
    const fault = status === 500 ? { error: "internal_error", request_id: request.id } : {};
    return reply.code(status).send({ status_code: status, detail: refusal.message, ...fault });
  },
};
