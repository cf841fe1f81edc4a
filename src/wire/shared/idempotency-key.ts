import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { refuse } from "../../model/errors.ts";
import type { IdempotencyKey } from "../../store/idempotency.ts";

const keyPattern = /^[\x21-\x7e]{1,255}$/;

/**
 * The caller's Idempotency-Key bound to this request, or undefined if there is none. `scope` is who calls.
 * Refuses `idempotency_key_invalid`.
 */
export function idempotencyOf(request: FastifyRequest, scope: string): IdempotencyKey | undefined {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return undefined;
  if (typeof key !== "string" || !keyPattern.test(key)) refuse("idempotency_key_invalid");
  const fingerprint = createHash("sha256")
    .update(`${request.method} ${request.url}\n${request.bodyDigest ?? ""}`)
    .digest("hex");
  return { scope, key, fingerprint };
}
