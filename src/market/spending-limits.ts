import { refuse } from "../model/errors.ts";
import { dayEnd } from "../model/instant.ts";
import type { Currency } from "../model/money.ts";
import type { Spender, SpendingKey } from "../model/spending.ts";
import type { Book } from "./book.ts";

/** What `countSpending` needs on the book; the wallet that pays must be there, too: its lock is theirs. */
export function spendingsOf(spender: Spender | null, currency: Currency): SpendingKey[] {
  if (spender === null) return [];
  const { day, limits } = spender;
  return limits.filter((limit) => limit.currency === currency).map(({ subjectId }) => ({ subjectId, currency, day }));
}

/**
 * Counts what leaves a wallet against the limits of whoever spends it. What comes back later counts as spent all the
 * same. Refuses `spending_limit_reached`.
 */
export function countSpending(book: Book, spender: Spender | null, amount: number, currency: Currency): void {
  if (spender === null) return;
  const { day } = spender;
  for (const limit of spender.limits) {
    if (limit.currency !== currency) continue;
    const spent = book.daily.spent(limit.subjectId, currency, day);
    if (spent + amount > limit.amount) {
      const left = Math.max(0, limit.amount - spent);
      const resetsAt = dayEnd(day);
      const unit = currency === "usd" ? "cents" : "credits";
      refuse("spending_limit_reached", {
        message: `This ${limit.of === "key" ? "API key" : "agent"} may spend ${limit.amount} ${unit} a day; ${left} are left until ${resetsAt}.`,
        details: { of: limit.of, currency, limit: limit.amount, left, needed: amount, resetsAt },
      });
    }
    book.daily.setSpent({ subjectId: limit.subjectId, currency, day, amount: spent + amount });
  }
}
