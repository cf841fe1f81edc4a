import type { Pool } from "pg";
import { accountName, wallet } from "../model/accounts.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { Currency } from "../model/money.ts";

/** What happened to a wallet on one day (UTC). */
interface BalanceDay {
  /** YYYY-MM-DD. */
  readonly day: string;
  /** At the end of the day. */
  readonly balance: number;
  readonly received: number;
  readonly spent: number;
}

export interface BalanceHistory {
  /** Before the first day. */
  readonly opening: number;
  /** The oldest first; days on which nothing moved are left out. */
  readonly days: readonly BalanceDay[];
}

export interface BalanceQuery {
  readonly partyId: Id;
  readonly currency: Currency;
  readonly since: Instant;
}

/** A wallet's balance as it was at the end of each day since then. */
export async function readBalanceDays(pool: Pool, { partyId, currency, since }: BalanceQuery): Promise<BalanceHistory> {
  const { rows } = await pool.query<BalanceDay & { readonly day: string | null }>({
    name: "balance_days",
    text: `with moves as (
        select id, at, 0 as received, amount as spent, debit_balance as balance from transfers
        where debit = $1 and debit like 'party:%'
        union all select id, at, amount, 0, credit_balance from transfers where credit = $1 and credit like 'party:%')
      (select null as day, balance, 0::bigint as received, 0::bigint as spent from moves
        where at < $2 order by id desc limit 1)
      union all
      (select to_char(at at time zone 'UTC', 'YYYY-MM-DD'), (array_agg(balance order by id desc))[1],
        sum(received)::bigint, sum(spent)::bigint
        from moves where at >= $2 group by 1 order by 1)`,
    values: [accountName(wallet(partyId), currency), since],
  });
  return {
    opening: rows.find(({ day }) => day === null)?.balance ?? 0,
    days: rows.filter(({ day }) => day !== null),
  };
}
