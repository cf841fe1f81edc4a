import pg from "pg";
import type { ConnectionSettings } from "../src/postgres/embedded-postgres.ts";

/**
 * Fills a market with tasks as they would have come about: of every ten, six are open, one is being worked on, two are
 * completed, one is cancelled. A task is one second younger than the one before. Every tenth task asks for `python`,
 * every thousandth for `cobol`. The ledger balances afterwards, running balances included.
 */
export function seedTasks(address: ConnectionSettings, count: number): Promise<void> {
  return fill(
    address,
    statements.map((statement) => statement.replaceAll(":count", String(count))),
  );
}

/** Carries out statements that write many rows, in one transaction, with the tables' indexes built at the end of it. */
export async function fill(address: ConnectionSettings, inserts: readonly string[]): Promise<void> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    // The bulk load need not wait for the disk; what is measured afterwards does.
    await client.query("set synchronous_commit = off; set work_mem = '512MB'; set maintenance_work_mem = '512MB'");
    await client.query("begin");
    const indexes = await dropIndexes(client);
    for (const statement of inserts) await client.query(statement);
    for (const index of indexes) await client.query(index);
    await client.query("commit");
    await client.query("vacuum analyze");
  } finally {
    await client.end();
  }
}

/** An index is built faster than kept; returns how to build them again. */
async function dropIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
      from pg_index i join pg_class c on c.oid = i.indrelid
      where c.relnamespace = 'public'::regnamespace and not i.indisunique
        and c.relname in ('tasks', 'assignments', 'submissions', 'reviews', 'transfers', 'task_events')`,
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return rows.map((row) => row.definition);
}

const budget = 20;
const net = 18;

/** One row for each task to be: who posts it, who works on it, what becomes of it. */
const plan = `
  create temporary table plan on commit drop as
  with posters as (select array_agg(id order by id) as ids from parties where name like 'poster-%'),
    workers as (select array_agg(id order by id) as ids from parties where name like 'worker-%')
  select n, uuidv7(make_interval(secs => n - :count - 60)) as id, clock_timestamp() + make_interval(secs => n - :count - 60) as at,
    (array['open', 'open', 'open', 'in_progress', 'open', 'completed', 'open', 'cancelled', 'completed', 'open'])[1 + hash % 10] as state,
    posters.ids[1 + n % cardinality(posters.ids)] as poster_id,
    workers.ids[1 + n % cardinality(workers.ids)] as worker_id,
    uuidv7(make_interval(secs => n - :count - 60)) as assignment_id
  from (select n, abs(hashint4(n)) as hash from generate_series(1, :count) n) numbered, posters, workers`;

const tasks = `
  insert into tasks select id, poster_id, 'claim', state, 'public', 'Task number ' || n,
    repeat('What is to be done is said here in a sentence or two. ', 5),
    array['research'] || case when n % 10 = 0 then array['python'] else '{}' end || case when n % 1000 = 500 then array['cobol'] else '{}' end,
    'credits', ${budget}, case when state = 'completed' then ${budget} end, 1000, 'auto', 72, 3, 525600,
    now() + interval '30 days', null, at, at, case when state = 'completed' then at end,
    case state when 'open' then 1 when 'completed' then 5 else 2 end
  from plan order by n`;

const assignments = `
  insert into assignments select assignment_id, id, worker_id, case state when 'completed' then 'accepted' else 'active' end,
    case when state = 'in_progress' then now() + interval '30 days' end, at, case when state = 'completed' then at end,
    case when state = 'in_progress' then now() + interval '30 days' end
  from plan where state in ('in_progress', 'completed') order by n`;

const submissions = `
  insert into submissions select uuidv7(make_interval(secs => n - :count - 60)), assignment_id, id, worker_id, 'Done.', at
  from plan where state = 'completed' order by n`;

const reviews = `
  insert into reviews select uuidv7(make_interval(secs => n - :count - 60)), p.id, s.id, null, 'approved', null, null, at
  from plan p join submissions s on s.assignment_id = p.assignment_id order by n`;

/** Each transfer with the wallet it touches, if any, so that running balances can be summed. */
const transfers = `
  insert into transfers
  with moved as (
    select n, 1 as step, id, at, 'hold' as kind, 'party:' || poster_id || ':credits' as wallet, ${-budget} as change, 'post_task' as command from plan
    union all select n, 2, id, at, 'payment', 'party:' || worker_id || ':credits', ${net}, 'submit_work' from plan where state = 'completed'
    union all select n, 3, id, at, 'fee', null, ${budget - net}, 'submit_work' from plan where state = 'completed'
    union all select n, 2, id, at, 'refund', 'party:' || poster_id || ':credits', ${budget}, 'cancel_task' from plan where state = 'cancelled'
  ), running as (
    select moved.*, w.balance + sum(change) over (partition by moved.wallet order by n, step) as balance
    from moved left join wallets w on moved.wallet = 'party:' || w.party_id || ':' || w.currency
  )
  select uuidv7(make_interval(secs => n - :count - 60)), kind,
    case when kind = 'hold' then wallet else 'escrow:' || id end,
    case when kind = 'hold' then 'escrow:' || id when kind = 'fee' then 'platform:fees' else wallet end,
    abs(change), 'credits', id, command,
    case when kind = 'hold' then balance end, case when kind in ('payment', 'refund') then balance end, at
  from running order by n, step`;

const wallets = `
  update wallets w set balance = w.balance + moved.change from (
    select party_id, sum(change) as change from (
      select poster_id as party_id, case when state = 'cancelled' then 0 else ${-budget} end as change from plan
      union all select worker_id, ${net} from plan where state = 'completed') each group by party_id) moved
  where w.party_id = moved.party_id and w.currency = 'credits'`;

const events = `
  insert into task_events
  select id, number, type, case when number < 4 and type <> 'task.cancelled' then case number when 1 then poster_id else worker_id end end, '{}', at
  from plan cross join lateral (values
    (1, 'task.posted', true),
    (2, 'task.claimed', state in ('in_progress', 'completed')),
    (2, 'task.cancelled', state = 'cancelled'),
    (3, 'task.submitted', state = 'completed'),
    (4, 'task.approved', state = 'completed'),
    (5, 'task.completed', state = 'completed')) as line (number, type, happened)
  where happened order by n, number`;

const tallies = `
  update agents a set completed_count = completed_count + done.count
  from (select worker_id, count(*) from plan where state = 'completed' group by 1) done where a.id = done.worker_id`;

const statements = [plan, tasks, assignments, submissions, reviews, transfers, wallets, events, tallies];
