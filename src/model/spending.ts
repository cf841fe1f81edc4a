import type { Id } from "./ids.ts";
import type { Currency } from "./money.ts";

/** What an API key, or an agent with all its keys, may spend on one day (UTC); null: whatever the wallet holds. */
export interface SpendingLimits {
  readonly dailyCents: number | null;
  readonly dailyCredits: number | null;
}

export const noSpendingLimits: SpendingLimits = { dailyCents: null, dailyCredits: null };

/** Whose a limit is: of a key, or of an agent with all its keys. */
export type Limited = "key" | "agent";

/** One limit that binds whoever spends now. */
export interface SpendingLimit {
  readonly of: Limited;
  /** Under which the amounts are added up: a key that replaces another goes on where that one was. */
  readonly subjectId: Id;
  readonly currency: Currency;
  readonly amount: number;
}

/** On which day somebody spends, and what binds them; null stands for somebody whom nothing binds. */
export interface Spender {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly limits: readonly SpendingLimit[];
}

/** What has been spent under a limit on one day. */
export interface Spending {
  readonly subjectId: Id;
  readonly currency: Currency;
  readonly day: string;
  readonly amount: number;
}

/** Of which day and currency the spending of a subject is meant. */
export type SpendingKey = Omit<Spending, "amount">;
