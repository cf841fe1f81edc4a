import type { FastifyRequest } from "fastify";
import type { Refusal, RefusalCode } from "../../model/errors.ts";
import type { DialectErrors } from "../shared/dialect.ts";
import { plainStatusOf } from "../shared/plain-status.ts";

/** What the document itself calls a conflict; a task in another state is not one. */
const conflicts: ReadonlySet<RefusalCode> = new Set(["email_taken", "idempotency_mismatch"]);

/** Validation and state errors are 400 here, no 422. `{"status_code","detail"}`; 500 also `error` and `request_id` (seed 001, "Error responses"). */
export const agentworkErrors: DialectErrors = {
  name: "agentwork",
  owns: (path) => /^\/(agentwork|api\/v1\/(auth|tasks))(\/|$)/.test(path),
  render(request, reply, refusal) {
    const wrongState = refusal.kind === "conflict" && !conflicts.has(refusal.code);
    const status = wrongState ? 400 : plainStatusOf[refusal.kind];
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
