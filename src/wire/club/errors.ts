import type { RefusalKind } from "../../model/errors.ts";
import type { DialectErrors } from "../shared/dialect.ts";

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

/** `{"error":{"code","message"}}` (4-dialects, club). */
export const clubErrors: DialectErrors = {
  name: "club",
  owns: (path) => /^\/(club|api\/agent\/v1)(\/|$)/.test(path),
  render(_request, reply, refusal) {
    return reply.code(statusOf[refusal.kind]).send({ error: { code: refusal.code, message: refusal.message } });
  },
};
