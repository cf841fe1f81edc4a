import type { RefusalKind } from "../../model/errors.ts";

/**
 * What HTTP itself calls each kind of refusal. A door whose document says nothing else takes these; one that differs
 * writes its own table, and the compiler sees to it that no kind is forgotten in either.
 */
export const plainStatusOf = {
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
