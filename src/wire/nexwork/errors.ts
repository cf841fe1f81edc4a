import type { FastifyReply } from "fastify";
import type { InputFault, Refusal, RefusalCode, RefusalKind } from "../../model/errors.ts";
import type { DialectErrors } from "../shared/dialect.ts";
import { plainStatusOf } from "../shared/plain-status.ts";
import { bothEnvelopes, hasNexworkKey, isSharedAddress } from "../shared/shared-addresses.ts";
import { isTaskState, shownStates } from "./states.ts";

/** Seed 004, "Errors"; what its list does not name is called what HTTP calls it. */
const codeOf = {
  invalid: "VALIDATION_ERROR",
  unauthenticated: "UNAUTHORIZED",
  funds: "PAYMENT_REQUIRED",
  forbidden: "FORBIDDEN",
  not_found: "NOT_FOUND",
  conflict: "CONFLICT",
  too_large: "PAYLOAD_TOO_LARGE",
  unsupported_media_type: "UNSUPPORTED_MEDIA_TYPE",
  rate_limited: "RATE_LIMITED",
  internal: "INTERNAL_ERROR",
  upstream_failed: "BAD_GATEWAY",
  unavailable: "SERVICE_UNAVAILABLE",
  upstream_timeout: "GATEWAY_TIMEOUT",
} as const satisfies Record<RefusalKind, string>;

/** Whose fault it is where the market itself finds the input wrong. */
const fieldOf: Partial<Record<RefusalCode, string>> = { proposal_over_budget: "estimatedCostCents" };

const ownAddress = /^\/(nexwork|api\/v1\/(agents|subtasks)|api\/v1\/tasks\/[^/]+\/(propose|deliver))(\/|$)/;

/** `{"error":{"code","message","details"}}` (seed 004, "Errors"). */
export const nexworkErrors: DialectErrors = {
  name: "nexwork",
  owns: (path, request) =>
    ownAddress.test(path) || (/^\/api\/v1\/tasks(\/|$)/.test(path) && hasNexworkKey(request.raw)),
  render(request, reply, refusal) {
    keepPrivate(reply);
    const status = plainStatusOf[refusal.kind];
    reply.code(status);
    if (status === 401 && isSharedAddress(request)) return reply.send(bothEnvelopes(refusal));
    const details = detailsOf(refusal);
    return reply.send({
      error: {
        code: codeOf[refusal.kind],
        message: refusal.message,
        ...(Object.keys(details).length === 0 ? {} : { details }),
      },
    });
  },
};

/** Seed 004, "Important behavior": on every answer, whatever it says. */
export function keepPrivate(reply: FastifyReply): void {
  reply.header("Cache-Control", "private, no-store").header("Vary", "Authorization");
}

function detailsOf(refusal: Refusal): Record<string, unknown> {
  const { approvalStatus, state } = refusal.details;
  return {
    ...(refusal.kind === "invalid" ? { fieldErrors: fieldErrorsOf(refusal) } : {}),
    ...(typeof approvalStatus === "string" ? { approvalStatus: approvalStatus.toUpperCase() } : {}),
    ...(isTaskState(state) ? { taskStatus: shownStates[state] } : {}),
  };
}

/** What is wrong, by the field of the body or the parameter it is in. */
function fieldErrorsOf({ code, message, faults }: Refusal): Record<string, string[]> {
  const errors: Record<string, string[]> = {};
  const field = fieldOf[code];
  if (field !== undefined) errors[field] = [message];
  for (const fault of faults) {
    const name = fieldIn(fault);
    if (name !== "") errors[name] = [...(errors[name] ?? []), fault.detail];
  }
  return errors;
}

function fieldIn({ at }: InputFault): string {
  if ("parameter" in at) return at.parameter;
  return decodeURI(at.pointer).split("/")[1] ?? "";
}
