import type { Id } from "../../src/model/ids.ts";
import type { Instant } from "../../src/model/instant.ts";
import type { Currency } from "../../src/model/money.ts";
import type { Spender } from "../../src/model/spending.ts";

/** What one party may spend in a day: more than most tasks cost, and less than all that it could. */
export const spendingRules = { usd: 6_000, credits: 150 } as const satisfies Record<Currency, number>;

/** Every party of a history is bound, as an agent is by its operator. */
export function boundSpender(partyId: Id, now: Instant): Spender {
  const limits = (["usd", "credits"] as const).map((currency) => ({
    of: "agent" as const,
    subjectId: partyId,
    currency,
    amount: spendingRules[currency],
  }));
  return { day: now.slice(0, 10), limits };
}
