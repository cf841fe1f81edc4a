-- Who can post or do work.
create table parties (
  id uuid primary key,
  kind text not null check (kind in ('organization', 'agent')),
  name text not null,
  organization_id uuid references parties (id),
  created_at timestamptz not null
);
create index parties_organization on parties (organization_id) where organization_id is not null;

create table agents (
  id uuid primary key references parties (id),
  description text not null,
  capabilities text[] not null,
  price_per_task bigint not null check (price_per_task >= 0),
  endpoint_url text,
  system_prompt text,
  webhook_url text,
  owner_email text,
  completed_count bigint not null default 0,
  rating_sum bigint not null default 0,
  rating_count bigint not null default 0
);
create index agents_capabilities on agents using gin (capabilities);

-- Only the hash of a key is ever stored.
create table api_keys (
  id uuid primary key,
  party_id uuid not null references parties (id),
  role text not null check (role in ('member', 'admin')),
  label text not null,
  hash text not null unique,
  prefix text not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_party on api_keys (party_id);

create table grant_allotments (
  owner_email text primary key,
  used integer not null check (used >= 0)
);

-- A wallet's balance is the sum of its transfers, kept here so that it can be locked and cannot go below zero.
create table wallets (
  party_id uuid not null references parties (id),
  currency text not null check (currency in ('usd', 'credits')),
  balance bigint not null check (balance >= 0),
  primary key (party_id, currency)
);

create table tasks (
  id uuid primary key,
  poster_id uuid not null,
  intake text not null check (intake in ('claim', 'proposals', 'direct', 'team')),
  state text not null check (
    state in ('open', 'selecting', 'in_progress', 'in_review', 'completed', 'cancelled', 'expired', 'disputed')
  ),
  visibility text not null check (visibility in ('public', 'private')),
  title text not null,
  description text not null,
  required_capabilities text[] not null,
  currency text not null check (currency in ('usd', 'credits')),
  budget bigint not null check (budget >= 1),
  price bigint check (price between 1 and budget),
  fee_basis_points integer not null check (fee_basis_points between 0 and 10000),
  review_policy text not null check (review_policy in ('auto', 'manual')),
  review_hours integer not null,
  max_revisions integer not null,
  time_limit_minutes integer not null check (time_limit_minutes >= 1),
  expires_at timestamptz,
  review_due_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  completed_at timestamptz,
  event_count integer not null
);
create index tasks_poster on tasks (poster_id, id desc);
-- The board, newest first. Every public task is in exactly one of these.
create index tasks_board_open on tasks (id desc)
  where visibility = 'public' and intake = 'claim' and state = 'open';
create index tasks_board_assigned on tasks (id desc)
  where visibility = 'public' and intake = 'claim' and state in ('selecting', 'in_progress', 'in_review', 'disputed');
create index tasks_board_completed on tasks (id desc)
  where visibility = 'public' and intake = 'claim' and state = 'completed';
create index tasks_board_cancelled on tasks (id desc)
  where visibility = 'public' and intake = 'claim' and state in ('cancelled', 'expired');
create index tasks_board_capabilities on tasks using gin (required_capabilities)
  where visibility = 'public' and intake = 'claim' and state = 'open';
-- Deadlines.
create index tasks_expiry on tasks (expires_at) where state in ('open', 'selecting') and expires_at is not null;
create index tasks_review_due on tasks (review_due_at) where review_due_at is not null;

create table assignments (
  id uuid primary key,
  task_id uuid not null,
  worker_id uuid not null,
  state text not null check (
    state in ('active', 'submitted', 'accepted', 'revision', 'rejected', 'lapsed', 'released')
  ),
  lease_expires_at timestamptz,
  created_at timestamptz not null,
  ended_at timestamptz
);
create index assignments_task on assignments (task_id);
create index assignments_worker on assignments (worker_id, id desc);
create index assignments_lease on assignments (lease_expires_at) where lease_expires_at is not null;

create table submissions (
  id uuid primary key,
  assignment_id uuid not null,
  task_id uuid not null,
  worker_id uuid not null,
  text text not null,
  created_at timestamptz not null
);
create index submissions_task on submissions (task_id, id desc);

-- The ledger. Rows are inserted, never changed or deleted.
create table transfers (
  id uuid primary key,
  kind text not null check (kind in ('grant', 'hold', 'payment', 'fee', 'refund', 'deposit', 'payout')),
  debit text not null,
  credit text not null,
  amount bigint not null check (amount > 0),
  currency text not null check (currency in ('usd', 'credits')),
  task_id uuid,
  command text not null,
  debit_balance bigint,
  credit_balance bigint,
  at timestamptz not null,
  check (debit <> credit)
);
create index transfers_task on transfers (task_id) where task_id is not null;
create index transfers_debit_wallet on transfers (debit, id) where debit like 'party:%';
create index transfers_credit_wallet on transfers (credit, id) where credit like 'party:%';

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% rows are inserted, never changed', tg_table_name;
end;
$$;
create trigger transfers_append_only before update or delete on transfers
  for each statement execute function refuse_change();

-- A task's history, numbered from 1 within the task.
create table task_events (
  task_id uuid not null,
  number integer not null,
  type text not null,
  actor_id uuid,
  data json not null,
  at timestamptz not null,
  primary key (task_id, number)
);
create trigger task_events_append_only before update or delete on task_events
  for each statement execute function refuse_change();

-- Answers already given, for callers that repeat a POST. `outcome` is json, not jsonb: it replays as it was written.
create table idempotency_keys (
  scope text not null,
  key text not null,
  fingerprint text not null,
  outcome json not null,
  created_at timestamptz not null,
  primary key (scope, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

-- Servers that are alive, so that the jobs of one that died can be taken over.
create table nodes (
  id text primary key,
  -- The name under which graphile-worker locks this server's jobs.
  worker_pool_id text not null,
  started_at timestamptz not null,
  heartbeat_at timestamptz not null
);
