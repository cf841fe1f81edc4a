import type { Pool } from "pg";
import { accountName, wallet } from "../model/accounts.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { Currency } from "../model/money.ts";

export interface EarningsQuery {
  /** Of the agents that it operates, or its own where it is an agent. */
  readonly operatorId: Id;
  readonly currency: Currency;
  readonly since: Instant;
}

/** What an agent was paid for work on one day (UTC), after fees. */
export interface DayOfEarnings {
  readonly agentId: Id;
  readonly agentName: string;
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly amount: number;
  readonly payments: number;
}

/** What whoever operates agents has earned with each on each day, the oldest first. Days without payments are left out. */
export async function readEarnings(
  pool: Pool,
  { operatorId, currency, since }: EarningsQuery,
): Promise<DayOfEarnings[]> {
  const { rows } = await pool.query<DayOfEarnings>({
    name: "earnings_by_day",
    text: `with mine as (
        select p.id, p.name from parties p join agents a on a.id = p.id where p.organization_id = $1 or p.id = $1)
      select m.id as "agentId", m.name as "agentName", to_char(t.at at time zone 'UTC', 'YYYY-MM-DD') as day,
        sum(t.amount)::bigint as amount, count(*)::integer as payments
      from mine m join transfers t on t.credit = $2 || m.id || $3 and t.credit like 'party:%'
        and t.kind = 'payment' and t.at >= $4
      group by 1, 2, 3 order by 3, 1`,
    values: [operatorId, ...walletParts(currency), since],
  });
  return rows;
}

/** A wallet's name in the ledger, without its owner. */
function walletParts(currency: Currency): [before: string, after: string] {
  const [before = "", after = ""] = accountName(wallet("*"), currency).split("*");
  return [before, after];
}
