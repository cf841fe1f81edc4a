import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { refuse } from "../../model/errors.ts";
import type { Caller } from "../../store/keys.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The limits that this request has been counted under so far; null where a door counts nothing. */
    limitsTaken: readonly LimitTaken[] | null;
  }
}

/** At most `limit` times within any `windowMs`, whenever that window begins. */
export interface RateLimit {
  /** Letters, digits and hyphens; names the counter and, in `RateLimit-Policy`, the policy. */
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
}

/** What a counter said. */
export interface Taken {
  readonly allowed: boolean;
  /** How many more may follow at once. */
  readonly remaining: number;
  /** Until the oldest one counted leaves the window, and so until there is room for one more. */
  readonly resetMs: number;
}

/** Counts who did what how often. */
export interface RateLimiter {
  /** Counts one more for `key` if it is within the limit; one that is refused is not counted. Never rejects. */
  take(limit: RateLimit, key: string): Promise<Taken>;
  close(): void;
}

interface LimitTaken extends Taken {
  readonly limit: RateLimit;
}

/** Counts every request that carries a valid key, per key, before its body is read. To be called after authentication. */
export function limitRequestsPerKey(app: FastifyInstance, limiter: RateLimiter, limit: RateLimit): void {
  app.decorateRequest("limitsTaken", null);
  app.addHook("onRequest", async (request, reply) => {
    if (request.caller !== null) await spend(limiter, limit, payerOf(request.caller), request, reply);
  });
}

/** Under whose name a caller's requests are counted: the key, or for a person with a session their organization. */
export function payerOf(caller: Caller): string {
  return caller.keyId ?? caller.partyId;
}

/**
 * Counts this request under one more limit and writes down on the answer how much of it is left.
 * Refuses `rate_limited`, with `Retry-After`.
 */
export async function spend(
  limiter: RateLimiter,
  limit: RateLimit,
  key: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const taken: LimitTaken = { ...(await limiter.take(limit, key)), limit };
  request.limitsTaken = [...(request.limitsTaken ?? []), taken];
  reply.headers(limitHeaders(request.limitsTaken));
  if (taken.allowed) return;
  reply.header("Retry-After", String(wholeSeconds(taken.resetMs)));
  refuse("rate_limited", {
    message: `No more than ${limit.limit} ${limit.name} in ${wholeSeconds(limit.windowMs)} seconds. Try again in ${wholeSeconds(taken.resetMs)} seconds.`,
    details: { limit: limit.limit, retryAfterSeconds: wholeSeconds(taken.resetMs) },
  });
}

/**
 * `RateLimit-Limit`, `-Remaining` and `-Reset` tell of the limit that is closest to its end; `RateLimit` and
 * `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers) of all. Times are whole seconds, rounded up.
 */
function limitHeaders(all: readonly LimitTaken[]): Record<string, string> {
  const closest = all.reduce((a, b) => (b.remaining < a.remaining || !b.allowed ? b : a));
  return {
    "RateLimit-Limit": String(closest.limit.limit),
    "RateLimit-Remaining": String(closest.remaining),
    "RateLimit-Reset": String(wholeSeconds(closest.resetMs)),
    "RateLimit-Policy": all
      .map(({ limit }) => `"${limit.name}";q=${limit.limit};w=${wholeSeconds(limit.windowMs)}`)
      .join(", "),
    RateLimit: all
      .map(({ limit, remaining, resetMs }) => `"${limit.name}";r=${remaining};t=${wholeSeconds(resetMs)}`)
      .join(", "),
  };
}

function wholeSeconds(durationMs: number): number {
  return Math.ceil(durationMs / 1_000);
}
