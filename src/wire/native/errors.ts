import type { RefusalKind } from "../../model/errors.ts";
import type { DialectErrors } from "../shared/dialect.ts";
import { snakeKeys } from "./snake-case.ts";

const answerOf = {
  invalid: { status: 400, title: "Bad Request" },
  unauthenticated: { status: 401, title: "Unauthorized" },
  funds: { status: 402, title: "Payment Required" },
  forbidden: { status: 403, title: "Forbidden" },
  not_found: { status: 404, title: "Not Found" },
  conflict: { status: 409, title: "Conflict" },
  too_large: { status: 413, title: "Content Too Large" },
  unsupported_media_type: { status: 415, title: "Unsupported Media Type" },
  rate_limited: { status: 429, title: "Too Many Requests" },
  internal: { status: 500, title: "Internal Server Error" },
  upstream_failed: { status: 502, title: "Bad Gateway" },
  unavailable: { status: 503, title: "Service Unavailable" },
  upstream_timeout: { status: 504, title: "Gateway Timeout" },
} as const satisfies Record<RefusalKind, { status: number; title: string }>;

/** RFC 9457 problem details (5-native). Also answers every address that no other door owns. */
export const nativeErrors: DialectErrors = {
  name: "native",
  owns: () => true,
  render(request, reply, refusal) {
    const { status, title } = answerOf[refusal.kind];
    const errors = refusal.faults.map(({ at, detail }) => ({ ...at, detail }));
    const problem = {
      ...snakeKeys(refusal.details),
      type: "about:blank",
      title,
      status,
      detail: refusal.message,
      code: refusal.code,
      request_id: request.id,
      ...(errors.length === 0 ? {} : { errors }),
    };
    // Serialized here: a problem may carry more members than a route's schema names.
    return reply.code(status).type("application/problem+json").serializer(JSON.stringify).send(problem);
  },
};
