import type { FastifyRequest } from "fastify";
import { type RefusalCode, refuse } from "../../model/errors.ts";
import { type Id, isId } from "../../model/ids.ts";
import type { Caller } from "../../store/keys.ts";
import type { Viewer } from "../../store/task-details.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";

/** Who looks, as reads want to know it. */
export function viewerOf({ partyId, organizationId, engineer, role }: Caller): Viewer {
  return { partyId, organizationId, engineer, isAdmin: role === "admin" };
}

/**
 * Put on every route of administrators: anybody else is refused before the body is looked at. Refuses `key_missing`,
 * `not_allowed`.
 */
export const adminOnly = {
  config: requiresKey,
  onRequest: async (request: FastifyRequest): Promise<void> => {
    if (callerOf(request).role !== "admin") refuse("not_allowed", { message: "Only an administrator can do this." });
  },
} as const;

/**
 * Put before whatever would let a key with a spending limit spend without it: other keys, limits, passwords. Refuses
 * `not_allowed`.
 */
export function refuseLimitedKey({ limits }: Caller): void {
  if (limits.some((limit) => limit.of === "key")) {
    refuse("not_allowed", { message: "A key with a spending limit manages no keys, limits or passwords." });
  }
}

/** An id from the path in its one spelling; one that could not be an id is simply not found. */
export function idFrom(text: string, code: RefusalCode): Id {
  return isId(text) ? text.toLowerCase() : refuse(code);
}

/** The caller's Idempotency-Key, as the engine wants it. */
export function retryOf(request: FastifyRequest, caller: Caller) {
  return { idempotency: idempotencyOf(request, caller.partyId) };
}
