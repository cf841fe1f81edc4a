import type { ConnectionSettings } from "../src/postgres/embedded-postgres.ts";
import { fill } from "./seed.ts";

/** What is looked for in the tasks of `seedBoard`. */
export const seededWords = {
  /** In one of three open tasks. */
  common: "report",
  /** In one of 400. */
  middling: "pelican",
  /** In eight, whatever the size of the market. */
  rare: "zeppelin",
} as const;

const seededCategories = ["research", "writing", "design", "translation", "general", "data", "video", "audio"];

/**
 * Fills a market with tasks that take proposals: one in ten is open, the others have expired. Buyers are the parties whose
 * names begin with `buyer-`; what they hold is taken from their wallets. A task is one second younger than the one before.
 */
export function seedBoard(address: ConnectionSettings, count: number): Promise<void> {
  return fill(
    address,
    statements.map((statement) => statement.replaceAll(":count", String(count))),
  );
}

const budget = 5_000;
const pick = (salt: number): string => `abs(hashint8(n * 31 + ${salt}))`;

const plan = `
  create temporary table plan on commit drop as
  with buyers as (select array_agg(id order by id) as ids from parties where name like 'buyer-%')
  select n, uuidv7(make_interval(secs => n - :count - 60)) as id, clock_timestamp() + make_interval(secs => n - :count - 60) as at,
    case when n % 10 = 0 then 'open' else 'expired' end as state,
    buyers.ids[1 + n % cardinality(buyers.ids)] as poster_id
  from generate_series(1::bigint, :count) n, buyers`;

/** Open tasks have a brief of words of their own: 24 of a vocabulary of 3,000, and those that are looked for. */
const tasks = `
  insert into tasks (id, poster_id, intake, state, visibility, title, description, category, required_capabilities, currency,
    budget, fee_basis_points, review_policy, review_hours, max_revisions, time_limit_minutes, max_proposals, expires_at,
    created_at, updated_at, event_count)
  select id, poster_id, 'proposals', state, 'public', 'Task number ' || n,
    case state when 'open' then (
        select string_agg('topic' || abs(hashint8(n * 100 + word)) % 3000, ' ') from generate_series(1, 24) word)
      || case when ${pick(1)} % 3 = 0 then ' ${seededWords.common}' else '' end
      || case when ${pick(2)} % 400 = 0 then ' ${seededWords.middling}' else '' end
      || case when n % (:count / 8) = 0 then ' ${seededWords.rare}' else '' end
    else repeat('What was to be done was said here in a sentence or two. ', 4) end,
    (array['${seededCategories.join("','")}'])[1 + ${pick(3)} % ${seededCategories.length}],
    case ${pick(4)} % 3 when 0 then array['research'] when 1 then array['research', 'python'] else '{}' end,
    'usd', ${budget}, 1000, 'manual', 72, 3, 10080, 10,
    case state when 'open' then now() + interval '30 days' else at + interval '1 hour' end, at, at,
    case state when 'open' then 1 else 2 end
  from plan order by n`;

const transfers = `
  insert into transfers
  with moved as (
    select n, 1 as step, id, at, 'hold' as kind, 'party:' || poster_id || ':usd' as wallet, ${-budget} as change, 'post_task' as command from plan
    union all select n, 2, id, at, 'refund', 'party:' || poster_id || ':usd', ${budget}, 'expire_task' from plan where state = 'expired'
  ), running as (
    select moved.*, w.balance + sum(change) over (partition by moved.wallet order by n, step) as balance
    from moved join wallets w on moved.wallet = 'party:' || w.party_id || ':' || w.currency
  )
  select uuidv7(make_interval(secs => n - :count - 60)), kind, case when kind = 'hold' then wallet else 'escrow:' || id end,
    case when kind = 'hold' then 'escrow:' || id else wallet end, abs(change), 'usd', id, command,
    case when kind = 'hold' then balance end, case when kind = 'refund' then balance end, at
  from running order by n, step`;

const wallets = `
  update wallets w set balance = w.balance - held.sum from (
    select poster_id, count(*) * ${budget} as sum from plan where state = 'open' group by 1) held
  where w.party_id = held.poster_id and w.currency = 'usd'`;

const events = `
  insert into task_events
  select id, number, type, case number when 1 then poster_id end, '{}', at
  from plan cross join lateral (values (1, 'task.posted', true), (2, 'task.expired', state = 'expired')) as line (number, type, happened)
  where happened order by n, number`;

const boardCounts = `
  insert into board_counts select category, count(*) from tasks where state = 'open' group by category`;

const statements = [plan, tasks, transfers, wallets, events, boardCounts];
