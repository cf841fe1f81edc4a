import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Limited, SpendingLimits } from "../model/spending.ts";

/** Limits, and what has been spent under them on a day: 0 of a currency without a limit, which nobody counts. */
export interface LimitedSpending extends SpendingLimits {
  readonly spentCents: number;
  readonly spentCredits: number;
}

const tables = {
  key: { name: "api_keys", subject: "coalesce(t.spends_as, t.id)" },
  agent: { name: "parties", subject: "t.id" },
} as const satisfies Record<Limited, unknown>;

/** `day`: YYYY-MM-DD, UTC. Undefined if there is no such key or party. */
export async function readSpendingLimits(
  pool: Pool,
  limited: Limited,
  id: Id,
  day: string,
): Promise<LimitedSpending | undefined> {
  const { name, subject } = tables[limited];
  const { rows } = await pool.query<LimitedSpending>({
    name: `spending_limits_of_${limited}`,
    text: `select t.daily_cents as "dailyCents", t.daily_credits as "dailyCredits",
        coalesce(max(s.amount) filter (where s.currency = 'usd'), 0) as "spentCents",
        coalesce(max(s.amount) filter (where s.currency = 'credits'), 0) as "spentCredits"
      from ${name} t left join spendings s on s.subject_id = ${subject} and s.day = $2
      where t.id = $1 group by t.id`,
    values: [id, day],
  });
  return rows[0];
}

/** They bind from the next request on; what was spent before a limit was set is not counted. */
export async function setSpendingLimits(
  pool: Pool,
  limited: Limited,
  id: Id,
  { dailyCents, dailyCredits }: SpendingLimits,
): Promise<void> {
  await pool.query(`update ${tables[limited].name} set daily_cents = $2, daily_credits = $3 where id = $1`, [
    id,
    dailyCents,
    dailyCredits,
  ]);
}
