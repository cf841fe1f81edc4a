import { type Instant, instantToMs } from "../../model/instant.ts";
import type { RateLimit, RateLimiter, Taken } from "./rate-limit.ts";

/** With 100 moments each, about 16 MB a limit. */
const defaultMaxKeys = 20_000;

/** When each key of one limit was counted, oldest moment first; keys in the order of their newest moment. */
type Moments = Map<string, number[]>;

/**
 * Counts in this process: exact for one server. Holds at most `maxKeys` keys a limit; past that the key that has been
 * quiet the longest is forgotten and starts anew.
 */
export class MemoryRateLimiter implements RateLimiter {
  readonly #clock: () => Instant;
  readonly #maxKeys: number;
  readonly #moments = new Map<string, Moments>();

  constructor(clock: () => Instant, maxKeys: number = defaultMaxKeys) {
    this.#clock = clock;
    this.#maxKeys = maxKeys;
  }

  /** Keys held now, over all limits. */
  get size(): number {
    let size = 0;
    for (const moments of this.#moments.values()) size += moments.size;
    return size;
  }

  async take({ name, limit, windowMs }: RateLimit, key: string): Promise<Taken> {
    const nowMs = instantToMs(this.#clock());
    const moments = this.#momentsOf(name);
    forgetQuietKeys(moments, nowMs - windowMs);
    const own = moments.get(key) ?? [];
    const firstInside = own.findIndex((moment) => moment > nowMs - windowMs);
    own.splice(0, firstInside === -1 ? own.length : firstInside);
    const allowed = own.length < limit;
    if (allowed) {
      own.push(nowMs);
      moments.delete(key);
      moments.set(key, own);
      if (moments.size > this.#maxKeys) deleteFirst(moments);
    }
    const oldestMs = own[0] ?? nowMs;
    return { allowed, remaining: limit - own.length, resetMs: oldestMs + windowMs - nowMs };
  }

  close(): void {
    this.#moments.clear();
  }

  #momentsOf(name: string): Moments {
    const known = this.#moments.get(name);
    if (known !== undefined) return known;
    const made: Moments = new Map();
    this.#moments.set(name, made);
    return made;
  }
}

/** The keys that were counted longest ago stand first, so this looks at none that it does not delete but one. */
function forgetQuietKeys(moments: Moments, beforeMs: number): void {
  for (const [key, own] of moments) {
    if ((own.at(-1) ?? 0) > beforeMs) return;
    moments.delete(key);
  }
}

function deleteFirst(moments: Moments): void {
  for (const key of moments.keys()) {
    moments.delete(key);
    return;
  }
}
