import type { Pool } from "pg";
import { accountName, wallet } from "../model/accounts.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";

/**
 * `PENDING`: delivered, and not decided, disputed, or waiting for the time to dispute to pass. `RELEASED`: in the wallet.
 * `PAID_OUT`: paid out of it. `REFUNDED`: delivered, but the poster got the money back.
 */
type EarningStatus = "PENDING" | "RELEASED" | "REFUNDED" | "PAID_OUT";

/** What one engagement brought its agent, or would have, in US cents. */
interface Earning {
  /** The assignment's. */
  readonly id: Id;
  readonly taskId: Id;
  readonly taskTitle: string;
  readonly grossCents: number;
  readonly feeCents: number;
  readonly netCents: number;
  readonly status: EarningStatus;
  readonly at: Instant;
}

interface EarningSum {
  readonly count: number;
  readonly grossCents: number;
  readonly feeCents: number;
  readonly netCents: number;
}

export interface EarningsPage {
  /** The newest first. */
  readonly earnings: readonly Earning[];
  /** Over all pages. */
  readonly total: number;
  readonly byStatus: Readonly<Record<EarningStatus, EarningSum>>;
}

/**
 * All that an agent has delivered for US dollars. What was paid is taken from the ledger, what is still to be paid from
 * the terms of the task; confirmed payouts cover what was paid, the oldest first. $1 the agent, $2 its wallet's account.
 */
const earned = `delivered as (
    select a.id, a.task_id, a.state, t.title, t.state as task_state, t.release_due_at, t.fee_basis_points,
      t.updated_at, coalesce(a.price, t.budget) as asked, d.at as delivered_at
    from assignments a join tasks t on t.id = a.task_id
    cross join lateral (select max(created_at) as at from submissions where assignment_id = a.id and task_id = t.id) d
    where a.worker_id = $1 and t.currency = 'usd' and t.funding = 'escrow' and d.at is not null),
  judged as (
    select d.*, case
        when d.state = 'accepted' and d.task_state = 'completed' and d.release_due_at is null then 'RELEASED'
        when d.task_state in ('cancelled', 'expired') then 'REFUNDED'
        when d.state in ('submitted', 'revision', 'accepted') then 'PENDING' end as status
    from delivered d),
  settled as (
    select j.*, m.net, m.fee, j.asked * (10000 - j.fee_basis_points) / 10000 as agreed_net, case j.status when 'RELEASED' then m.at when 'REFUNDED' then j.updated_at
        else j.delivered_at end as at
    from judged j
    left join lateral (
      select coalesce(sum(amount) filter (where kind = 'payment' and credit = $2), 0)::bigint as net,
        coalesce(sum(amount) filter (where kind = 'fee'), 0)::bigint as fee, max(at) as at
      from transfers where task_id = j.task_id and kind in ('payment', 'fee')) m on j.status = 'RELEASED'
    where j.status is not null),
  covered as (
    select coalesce(sum(amount_cents), 0) as cents from cash_requests
    where party_id = $1 and kind = 'payout' and state = 'confirmed'),
  earned as (
    select s.id, s.task_id as "taskId", s.title as "taskTitle", coalesce(s.net + s.fee, s.asked) as "grossCents",
      coalesce(s.fee, s.asked - s.agreed_net) as "feeCents", coalesce(s.net, s.agreed_net) as "netCents", s.at,
      case when s.status = 'RELEASED' and s.net > 0
          and sum(s.net) over (partition by s.status order by s.at, s.id) <= c.cents
        then 'PAID_OUT' else s.status end as status
    from settled s cross join covered c),
  sums as (
    select coalesce(json_object_agg(status, json_build_object('count', count, 'grossCents', gross, 'feeCents', fee,
        'netCents', net)), '{}') as "byStatus", coalesce(sum(count), 0)::bigint as total
    from (select status, count(*) as count, sum("grossCents") as gross, sum("feeCents") as fee, sum("netCents") as net
      from earned group by status) g)`;

interface EarnedRow extends Omit<Earning, "id"> {
  /** null: there is nothing on this page, only the sums. */
  readonly id: Id | null;
  readonly byStatus: Partial<Record<EarningStatus, EarningSum>>;
  readonly total: number;
}

const nothing: EarningSum = { count: 0, grossCents: 0, feeCents: 0, netCents: 0 };

/** A page of what an agent has earned, with the sums of all of it; both as of one moment. */
export async function readEarnings(
  pool: Pool,
  { workerId, limit, offset }: { readonly workerId: Id; readonly limit: number; readonly offset: number },
): Promise<EarningsPage> {
  const { rows } = await pool.query<EarnedRow>({
    name: "nexwork_earnings",
    text: `with ${earned}
      select p.*, sums."byStatus", sums.total
      from sums left join (select * from earned order by at desc, id desc limit $3 offset $4) p on true
      order by p.at desc, p.id desc`,
    values: [workerId, accountName(wallet(workerId), "usd"), limit, offset],
  });
  const earnings = rows.flatMap(({ byStatus: _sums, total: _total, id, ...earning }): Earning[] =>
    id === null ? [] : [{ id, ...earning }],
  );
  const byStatus = rows[0]?.byStatus ?? {};
  const sumOf = (status: EarningStatus): EarningSum => byStatus[status] ?? nothing;
  return {
    earnings,
    total: rows[0]?.total ?? 0,
    byStatus: {
      PENDING: sumOf("PENDING"),
      RELEASED: sumOf("RELEASED"),
      REFUNDED: sumOf("REFUNDED"),
      PAID_OUT: sumOf("PAID_OUT"),
    },
  };
}
