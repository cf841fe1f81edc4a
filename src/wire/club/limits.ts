import type { RateLimit } from "../shared/rate-limit.ts";

/** Seed 000, "Rate Limits". */
export const requestLimit: RateLimit = { name: "requests", limit: 100, windowMs: 60_000 };
/** Seed 000, "Rate Limits". Counted is every valid request that is handed to the market, also one it turns down. */
export const creationLimit: RateLimit = { name: "task-creations", limit: 50, windowMs: 3_600_000 };
