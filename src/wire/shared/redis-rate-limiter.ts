import { Redis, type Result } from "ioredis";
import type { RateLimit, RateLimiter, Taken } from "./rate-limit.ts";

declare module "ioredis" {
  interface RedisCommander<Context> {
    /** 1 or 0 for allowed, how many remain, milliseconds until there is room for one more. */
    takeWithinWindow(key: string, windowMs: number, limit: number): Result<[number, number, number], Context>;
  }
}

/**
 * The moments of a key are a list, oldest first. Redis runs a script alone and by its own clock, so that servers neither
 * overtake each other nor need clocks that agree.
 */
const takeWithinWindow = `
local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local windowMs, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local oldest = redis.call('LINDEX', KEYS[1], 0)
while oldest and tonumber(oldest) <= nowMs - windowMs do
  redis.call('LPOP', KEYS[1])
  oldest = redis.call('LINDEX', KEYS[1], 0)
end
local count = redis.call('LLEN', KEYS[1])
local allowed = 0
if count < limit then
  redis.call('RPUSH', KEYS[1], string.format('%.0f', nowMs))
  redis.call('PEXPIRE', KEYS[1], windowMs)
  count = count + 1
  allowed = 1
end
return { allowed, limit - count, (tonumber(oldest) or nowMs) + windowMs - nowMs }`;

const connectTimeoutMs = 1_000;
/** How long a request may wait for its count. */
const answerTimeoutMs = 1_000;
/** After a failure the next this long are counted here, so that an outage costs one wait, not one for each request. */
const pauseMs = 2_000;
const maxReconnectDelayMs = 2_000;

export interface RedisRateLimiterOptions {
  /** `redis://` or `rediss://`. */
  readonly url: string;
  /** Counts while Redis does not. */
  readonly fallback: RateLimiter;
  readonly log: { warn(facts: object, message: string): void; info(message: string): void };
}

/**
 * Counts in Redis: exact over all servers that share it. While Redis does not answer, each server counts for itself, so
 * that a limit holds per server; that is logged once an outage, and again when it is over.
 */
export class RedisRateLimiter implements RateLimiter {
  readonly #redis: Redis;
  readonly #fallback: RateLimiter;
  readonly #log: RedisRateLimiterOptions["log"];
  #down = false;
  #askAgainAtMs = 0;

  constructor({ url, fallback, log }: RedisRateLimiterOptions) {
    this.#fallback = fallback;
    this.#log = log;
    this.#redis = new Redis(url, {
      connectTimeout: connectTimeoutMs,
      commandTimeout: answerTimeoutMs,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(100 * attempt, maxReconnectDelayMs),
      scripts: { takeWithinWindow: { lua: takeWithinWindow, numberOfKeys: 1 } },
    });
    // Without a listener a refused connection would be an unhandled error.
    this.#redis.on("error", (error: Error) => this.#noteDown(error));
  }

  async take(limit: RateLimit, key: string): Promise<Taken> {
    if (performance.now() < this.#askAgainAtMs) return this.#fallback.take(limit, key);
    try {
      const name = `guildhall:limit:${limit.name}:${key}`;
      const [allowed, remaining, resetMs] = await this.#redis.takeWithinWindow(name, limit.windowMs, limit.limit);
      this.#noteUp();
      return { allowed: allowed === 1, remaining, resetMs };
    } catch (error) {
      this.#askAgainAtMs = performance.now() + pauseMs;
      this.#noteDown(error);
      return this.#fallback.take(limit, key);
    }
  }

  close(): void {
    this.#redis.disconnect();
    this.#fallback.close();
  }

  #noteDown(error: unknown): void {
    if (this.#down) return;
    this.#down = true;
    // Only the message: the error of a refused login carries the password.
    const reason = error instanceof Error ? error.message : String(error);
    this.#log.warn({ reason }, "Redis does not answer: rate limits count for this server alone");
  }

  #noteUp(): void {
    if (!this.#down) return;
    this.#down = false;
    this.#log.info("Redis answers again: rate limits count over all servers");
  }
}
