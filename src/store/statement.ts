import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { Currency } from "../model/money.ts";
import type { TransferKind } from "../model/wallet.ts";

/** A party's money of one currency. */
export interface Holding {
  readonly currency: Currency;
  /** To spend. */
  readonly balance: number;
  /** In escrow of tasks that are not decided. */
  readonly held: number;
}

const currencies: readonly Currency[] = ["usd", "credits"];

/** What a party has, in every currency. */
export async function readHoldings(pool: Pool, partyId: Id): Promise<Holding[]> {
  const { rows } = await pool.query<Holding>({
    name: "holdings",
    text: `select c.currency, coalesce(w.balance, 0) as balance, coalesce(h.held, 0)::bigint as held
      from unnest($2::text[]) with ordinality as c(currency, place)
      left join wallets w on w.party_id = $1 and w.currency = c.currency
      left join (
        select currency, sum(budget) as held from tasks
        where poster_id = $1 and funding = 'escrow' and (state not in ('completed', 'cancelled', 'expired') or release_due_at is not null)
        group by currency) h on h.currency = c.currency
      order by c.place`,
    values: [partyId, currencies],
  });
  return rows;
}

/** One movement on a wallet, as its owner sees it. */
export interface StatementLine {
  readonly id: Id;
  readonly kind: TransferKind;
  readonly currency: Currency;
  readonly direction: "in" | "out";
  readonly amount: number;
  /** The wallet's balance right after. */
  readonly balance: number;
  readonly taskId: Id | null;
  readonly at: Instant;
}

export interface StatementQuery {
  readonly partyId: Id;
  readonly currency: Currency | undefined;
  readonly kind?: TransferKind | undefined;
  /** Only movements older than this one. */
  readonly beforeId: Id | undefined;
  readonly limit: number;
}

/** A page of a party's statement, the newest first. Each wallet and side is its own walk along an index. */
export async function readStatement(pool: Pool, query: StatementQuery): Promise<StatementLine[]> {
  const wallets = (query.currency === undefined ? currencies : [query.currency]).map(
    (currency) => `party:${query.partyId}:${currency}`,
  );
  const sides = [
    { column: "debit", direction: "out" },
    { column: "credit", direction: "in" },
  ];
  const walks = wallets.flatMap((_, index) =>
    sides.map(
      ({ column, direction }) =>
        `(select id, kind, currency, '${direction}' as direction, amount, ${column}_balance as balance,
            task_id as "taskId", at
          from transfers where ${column} = $${index + 4} and ${column} like 'party:%'
            and ($1::uuid is null or id < $1) and ($3::text is null or kind = $3) order by id desc limit $2)`,
    ),
  );
  const { rows } = await pool.query<StatementLine>(`${walks.join(" union all ")} order by id desc limit $2`, [
    query.beforeId ?? null,
    query.limit,
    query.kind ?? null,
    ...wallets,
  ]);
  return rows;
}
