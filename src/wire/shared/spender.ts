import { dayOf, type Instant } from "../../model/instant.ts";
import type { Spender } from "../../model/spending.ts";
import type { Caller } from "../../store/keys.ts";

/** Whose limits what this caller spends now is counted against; null: nothing binds it. */
export function spenderOf({ limits }: Caller, now: Instant): Spender | null {
  return limits.length === 0 ? null : { day: dayOf(now), limits };
}
