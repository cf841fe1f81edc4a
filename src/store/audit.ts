import type { Pool, PoolClient, QueryConfig } from "pg";
import type { Currency } from "../model/money.ts";

/** Where all money of one currency is. */
interface AuditTotals {
  readonly currency: Currency;
  readonly granted: number;
  readonly deposited: number;
  readonly inWallets: number;
  readonly inEscrow: number;
  readonly fees: number;
  readonly paidOut: number;
}

interface AuditedRule {
  readonly rule: string;
  /** The first row that breaks the rule, in words; null if none does. */
  readonly violation: string | null;
}

export interface AuditReport {
  readonly balanced: boolean;
  readonly totals: readonly AuditTotals[];
  readonly rules: readonly AuditedRule[];
}

/** Every query finds the first row that breaks its rule, as one text column (3-domain, "Always true"). */
const rules: readonly { readonly rule: string; readonly firstViolation: string }[] = [
  {
    rule: "All accounts of a currency sum to zero.",
    firstViolation: `
      select format('%s: the accounts sum to %s', currency, sum(balance)) from accounts group by currency
      having sum(balance) <> 0`,
  },
  {
    rule: "Each wallet holds the sum of its transfers.",
    firstViolation: `
      select format('wallet %s: the row says %s, its transfers %s',
          coalesce('party:' || w.party_id || ':' || w.currency, a.account), coalesce(w.balance, 0), coalesce(a.balance, 0))
      from wallets w full join (select * from accounts where account like 'party:%') a
        on a.account = 'party:' || w.party_id || ':' || w.currency
      where coalesce(w.balance, 0) <> coalesce(a.balance, 0) limit 1`,
  },
  {
    rule: "A task's escrow is its budget while it is undecided and zero once it is final.",
    firstViolation: `
      select format('task %s (%s): escrow holds %s %s', coalesce(t.id::text, a.account), t.state, coalesce(a.balance, 0), t.currency)
      from tasks t full join (select * from accounts where account like 'escrow:%') a on a.account = 'escrow:' || t.id
      where t.id is null or coalesce(a.balance, 0) <>
        case when t.state in ('completed', 'cancelled', 'expired') and t.release_due_at is null then 0 else t.budget end limit 1`,
  },
  {
    rule: "Money of a task moves in the task's currency.",
    firstViolation: `
      select format('transfer %s: %s for task %s held in %s', x.id, x.currency, t.id, t.currency)
      from transfers x join tasks t on t.id = x.task_id where x.currency <> t.currency limit 1`,
  },
  {
    rule: "A completed task paid its price: the net to its one accepted worker, the fee to the platform, the rest back; one on an allowance moved no money.",
    firstViolation: `
      select format('task %s: price %s, paid %s, fee %s, returned %s', t.id, t.price, p.paid, p.fee, p.returned)
      from tasks t left join assignments a on a.task_id = t.id and a.state = 'accepted'
      cross join lateral (
        select
          coalesce(sum(amount) filter (where kind = 'payment'
            and credit = 'party:' || a.worker_id || ':' || t.currency), 0) as paid,
          coalesce(sum(amount) filter (where kind = 'fee' and credit = 'platform:fees'), 0) as fee,
          coalesce(sum(amount) filter (where kind = 'refund'
            and credit = 'party:' || t.poster_id || ':' || t.currency), 0) as returned
        from transfers where task_id = t.id and debit = 'escrow:' || t.id) p
      where t.state = 'completed' and t.release_due_at is null and case t.funding
        when 'allowance' then p.paid + p.fee + p.returned <> 0
        else t.price is null or p.returned <> t.budget - t.price
          or p.paid <> t.price * (10000 - t.fee_basis_points) / 10000 or p.paid + p.fee <> t.price end limit 1`,
  },
  {
    rule: "A cancelled or expired task gave its whole budget back to its poster.",
    firstViolation: `
      select format('task %s (%s): budget %s, returned %s', t.id, t.state, t.budget, p.returned)
      from tasks t cross join lateral (
        select coalesce(sum(amount), 0) as returned from transfers
        where task_id = t.id and kind = 'refund' and debit = 'escrow:' || t.id
          and credit = 'party:' || t.poster_id || ':' || t.currency) p
      where t.state in ('cancelled', 'expired') and p.returned <> t.budget limit 1`,
  },
  {
    rule: "A completed task has exactly one accepted assignment, a disputed one at most one, any other task none.",
    firstViolation: `
      select format('task %s (%s): %s accepted assignments', t.id, t.state, count(a.id))
      from tasks t left join assignments a on a.task_id = t.id and a.state = 'accepted'
      where t.intake in ('claim', 'direct', 'proposals') group by t.id
      having count(a.id) <> case when t.state = 'completed' or t.state = 'disputed' and count(a.id) = 1 then 1 else 0 end limit 1`,
  },
  {
    rule: "A task is in work or review exactly while a worker is bound to it, and a claimed task by one only.",
    firstViolation: `
      select format('task %s (%s): %s bound workers', t.id, t.state, count(a.id))
      from tasks t left join assignments a on a.task_id = t.id and (a.state in ('active', 'submitted', 'revision')
        or a.state = 'accepted' and t.state = 'disputed')
      where t.intake in ('claim', 'direct', 'proposals') group by t.id
      having case when t.intake = 'proposals' then least(count(a.id), 1) else count(a.id) end
        <> case when t.state in ('in_progress', 'in_review', 'disputed') then 1 else 0 end limit 1`,
  },
  {
    rule: "Exactly the disputed tasks have one dispute that nobody has ruled on.",
    firstViolation: `
      select format('task %s (%s): %s open disputes', t.id, t.state, count(d.id))
      from tasks t left join disputes d on d.task_id = t.id and d.ruled_at is null
      group by t.id having count(d.id) <> case when t.state = 'disputed' then 1 else 0 end limit 1`,
  },
  {
    rule: "A task counts its proposals, all but the withdrawn ones.",
    firstViolation: `
      select format('task %s: %s proposals, the task counts %s', t.id, count(p.id), t.proposal_count)
      from tasks t left join proposals p on p.task_id = t.id and p.state <> 'withdrawn'
      group by t.id having count(p.id) <> t.proposal_count limit 1`,
  },
  {
    rule: "The board's totals count the tasks that take proposals.",
    firstViolation: `
      select format('category %s: %s tasks, the board counts %s', coalesce(b.category, t.category), coalesce(t.open, 0),
          coalesce(b.open_count, 0))
      from board_counts b full join (
        select category, count(*) as open from tasks
        where intake = 'proposals' and visibility = 'public' and state = 'open' group by category) t
        on t.category = b.category
      where coalesce(t.open, 0) <> coalesce(b.open_count, 0) limit 1`,
  },
  {
    rule: "Who works by a proposal was shortlisted by it, at its price.",
    firstViolation: `
      select format('assignment %s: price %s, by proposal %s', a.id, a.price, a.proposal_id)
      from assignments a join tasks t on t.id = a.task_id left join proposals p on p.id = a.proposal_id
      where (t.intake = 'proposals' or a.proposal_id is not null or a.price is not null)
        and (p.task_id, p.worker_id, p.amount, p.state) is distinct from (a.task_id, a.worker_id, a.price, 'shortlisted')
      limit 1`,
  },
  {
    rule: "A party's deposits are what was confirmed to it; its payouts what it asked for and was not refused.",
    firstViolation: `
      select format('%s of party:%s: the ledger says %s, the requests %s', kind,
          party, coalesce(m.moved, 0), coalesce(r.asked, 0))
      from (
        select kind, party_id::text as party, sum(amount_cents) as asked from cash_requests
        where case kind when 'deposit' then state = 'confirmed' else state <> 'refused' end group by 1, 2) r
      full join (
        select case kind when 'deposit' then 'deposit' else 'payout' end as kind,
          split_part(case kind when 'payout' then debit else credit end, ':', 2) as party,
          sum(case kind when 'payout_return' then -amount else amount end) as moved
        from transfers where kind in ('deposit', 'payout', 'payout_return') group by 1, 2) m using (kind, party)
      where coalesce(r.asked, 0) <> coalesce(m.moved, 0) limit 1`,
  },
  {
    rule: "Every assignment, submission and event belongs to a task.",
    firstViolation: `
      select format('%s of missing task %s', kind, task_id) from (
        select 'assignment' as kind, task_id from assignments
        union all select 'submission', task_id from submissions
        union all select 'event', task_id from task_events) r
      where not exists (select from tasks t where t.id = r.task_id) limit 1`,
  },
  {
    rule: "A task's events are numbered without gaps.",
    firstViolation: `
      select format('task %s: %s events, last number %s, the task counts %s', t.id, e.events, e.last, t.event_count)
      from tasks t left join (
        select task_id, count(*) as events, max(number) as last from task_events group by task_id) e on e.task_id = t.id
      where t.event_count <> coalesce(e.events, 0) or t.event_count <> coalesce(e.last, 0) limit 1`,
  },
  {
    rule: "Every command key was applied at most once.",
    firstViolation: `
      select format('key %s of %s: %s answers', key, scope, count(*)) from idempotency_keys
      group by scope, key having count(*) > 1 limit 1`,
  },
];

/** Account balances, derived from the transfers alone. */
const deriveAccounts = `
  create temporary table accounts on commit drop as
  select account, currency, sum(amount)::bigint as balance from (
    select credit as account, currency, amount from transfers
    union all select debit, currency, -amount from transfers) moved
  group by account, currency`;

const readTotals = `
  select currency,
    coalesce(-sum(balance) filter (where account = 'platform:grants'), 0)::bigint as granted,
    coalesce(-sum(balance) filter (where account = 'platform:deposits'), 0)::bigint as deposited,
    coalesce(sum(balance) filter (where account like 'party:%'), 0)::bigint as "inWallets",
    coalesce(sum(balance) filter (where account like 'escrow:%'), 0)::bigint as "inEscrow",
    coalesce(sum(balance) filter (where account = 'platform:fees'), 0)::bigint as fees,
    coalesce(sum(balance) filter (where account = 'platform:payouts'), 0)::bigint as "paidOut"
  from accounts group by currency order by currency`;

/** A large ledger takes its time. */
const auditTimeoutMs = 3_600_000;

/** Proves every rule against one consistent view of the database, whatever goes on meanwhile. */
export async function auditLedger(pool: Pool): Promise<AuditReport> {
  const client = await pool.connect();
  try {
    await client.query("begin isolation level repeatable read");
    await client.query("set local statement_timeout = 0");
    const report = await prove(client);
    await client.query("rollback");
    return report;
  } finally {
    client.release();
  }
}

async function prove(client: PoolClient): Promise<AuditReport> {
  await client.query(unhurried(deriveAccounts));
  const totals = await client.query<AuditTotals>(unhurried(readTotals));
  const audited: AuditedRule[] = [];
  for (const { rule, firstViolation } of rules) {
    const { rows } = await client.query<{ format: string }>(unhurried(firstViolation));
    audited.push({ rule, violation: rows[0]?.format ?? null });
  }
  return { balanced: audited.every((each) => each.violation === null), totals: totals.rows, rules: audited };
}

/** The driver takes a time-out with a query, although its types do not know it. */
function unhurried(text: string): QueryConfig {
  const query: QueryConfig & { readonly query_timeout: number } = { text, query_timeout: auditTimeoutMs };
  return query;
}
