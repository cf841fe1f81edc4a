import type { Id } from "../model/ids.ts";
import type { Currency } from "../model/money.ts";
import type { AllowanceUse } from "../model/party.ts";
import type { Spending } from "../model/spending.ts";
import type { BookContents } from "./book-records.ts";
import type { Journal } from "./journal.ts";
import { Shelf } from "./shelf.ts";

/** What the book counts by the day (UTC): the use of free credits, and what is spent under a limit. */
export class DailyUses {
  readonly #allowances: Shelf<AllowanceUse>;
  readonly #spendings: Shelf<Spending>;

  constructor(journal: Journal, { allowances, spendings }: Pick<BookContents, "allowances" | "spendings">) {
    this.#allowances = new Shelf(journal);
    this.#spendings = new Shelf(journal);
    for (const use of allowances) this.#allowances.load(allowanceKey(use.holderId, use.day), use);
    for (const spending of spendings) this.#spendings.load(spendingKey(spending), spending);
  }

  /** Credits of its allowance that a holder has used on a day (YYYY-MM-DD). */
  allowanceUsed(holderId: string, day: string): number {
    return this.#allowances.get(allowanceKey(holderId, day))?.used ?? 0;
  }

  setAllowanceUsed(use: AllowanceUse): void {
    put(this.#allowances, allowanceKey(use.holderId, use.day), use);
  }

  /** What a key or an agent has spent on a day under its limit, in cents or credits. */
  spent(subjectId: Id, currency: Currency, day: string): number {
    return this.#spendings.get(spendingKey({ subjectId, currency, day }))?.amount ?? 0;
  }

  setSpent(spending: Spending): void {
    put(this.#spendings, spendingKey(spending), spending);
  }

  changes() {
    return {
      newAllowances: this.#allowances.added(),
      changedAllowances: this.#allowances.changed(),
      newSpendings: this.#spendings.added(),
      changedSpendings: this.#spendings.changed(),
    };
  }
}

function put<Row>(shelf: Shelf<Row>, key: string, row: Row): void {
  if (shelf.get(key) === undefined) shelf.add(key, row);
  else shelf.replace(key, row);
}

function allowanceKey(holderId: string, day: string): string {
  return `${holderId}:${day}`;
}

function spendingKey({ subjectId, currency, day }: Omit<Spending, "amount">): string {
  return `${subjectId}:${currency}:${day}`;
}
