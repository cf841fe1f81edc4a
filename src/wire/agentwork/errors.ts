import type { FastifyRequest } from "fastify";
import type { Refusal, RefusalCode } from "../../model/errors.ts";
import type { DialectErrors } from "../shared/dialect.ts";
import { plainStatusOf } from "../shared/plain-status.ts";
import { bothEnvelopes, isSharedAddress } from "../shared/shared-addresses.ts";

/** What the document itself calls a conflict; a task in another state is not one. */
const conflicts: ReadonlySet<RefusalCode> = new Set(["email_taken", "idempotency_mismatch"]);

/** Validation and state errors are 400 here, no 422. `{"status_code","detail"}`; 500 also `error` and `request_id` (seed 001, "Error responses"). */
export const agentworkErrors: DialectErrors = {
  name: "agentwork",
  owns: (path) => /^\/(agentwork|api\/v1\/(auth|tasks))(\/|$)/.test(path),
  render(request, reply, refusal) {
    const wrongState = refusal.kind === "conflict" && !conflicts.has(refusal.code);
    const status = wrongState ? 400 : plainStatusOf[refusal.kind];
    if (status === 401 && isSharedAddress(request)) return reply.code(status).send(bothEnvelopes(refusal));
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
  return { detail: refusal.message };
}
