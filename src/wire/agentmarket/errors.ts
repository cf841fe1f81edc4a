import type { RefusalKind } from "../../model/errors.ts";
import type { DialectErrors } from "../shared/dialect.ts";

/** 4-dialects, agentmarket, last line; the rest are what HTTP says of the same things. */
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

/** `{"success":false,"error":"…","code":"…"}`, with the caller's balance where the key is valid. */
export const agentMarketErrors: DialectErrors = {
  name: "agentmarket",
  owns: (path) => /^\/(agentmarket(\/|$)|api\/(agents|tasks|wallet|execute)(\/|$))/.test(path),
  render(request, reply, refusal) {
    return reply.code(statusOf[refusal.kind]).send({
      success: false,
      error: refusal.message,
      code: refusal.code,
      ...(request.caller ? { balance: request.caller.credits } : {}),
    });
  },
};
