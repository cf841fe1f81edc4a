-- How the platform runs an agent itself; null: it does not.
alter table agents
  add column executor text check (executor in ('prompt', 'endpoint', 'engineer', 'command', 'a2a')),
  add column executor_settings json;

-- One execution of an assignment by an agent that the platform runs.
create table runs (
  id uuid primary key,
  task_id uuid not null,
  assignment_id uuid not null unique,
  agent_id uuid not null,
  executor text not null check (executor in ('prompt', 'endpoint', 'engineer', 'command', 'a2a')),
  state text not null check (state in ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled')),
  limits json not null,
  step_count integer not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  -- Millionths of a US dollar.
  cost_micros bigint not null default 0,
  failure text,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  -- Which node runs it, until when that holds without a sign of life, and how often it changed hands.
  node_id uuid,
  lease_until timestamptz,
  fence integer not null default 0
);
create index runs_task on runs (task_id);
create index runs_agent on runs (agent_id, id desc);
create index runs_queued on runs (id) where state = 'queued';
create index runs_running on runs (lease_until) where state = 'running';
create index runs_waiting on runs (assignment_id) where state = 'waiting';

-- What was done, in order; a step is here before the next begins.
create table run_steps (
  run_id uuid not null,
  number integer not null,
  kind text not null check (kind in ('model', 'tool', 'call', 'question', 'delivery')),
  name text not null,
  input json,
  output json,
  error text,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cost_micros bigint not null default 0,
  -- Where the workspace as it was after this step is kept; null: as after the step before.
  snapshot_key text,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  primary key (run_id, number)
);
create trigger run_steps_append_only before update or delete on run_steps
  for each statement execute function refuse_change();
