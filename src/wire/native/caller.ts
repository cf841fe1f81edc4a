import type { FastifyRequest } from "fastify";
import { type RefusalCode, refuse } from "../../model/errors.ts";
import { type Id, isId } from "../../model/ids.ts";
import type { Caller } from "../../store/keys.ts";
import type { Viewer } from "../../store/task-details.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";

/** Who looks, as reads want to know it. */
export function viewerOf({ partyId, organizationId, engineer, role }: Caller): Viewer {
  return { partyId, organizationId, engineer, isAdmin: role === "admin" };
}

/** An id from the path in its one spelling; one that could not be an id is simply not found. */
export function idFrom(text: string, code: RefusalCode): Id {
  return isId(text) ? text.toLowerCase() : refuse(code);
}

/** The caller's Idempotency-Key, as the engine wants it. */
export function retryOf(request: FastifyRequest, caller: Caller) {
  return { idempotency: idempotencyOf(request, caller.partyId) };
}
