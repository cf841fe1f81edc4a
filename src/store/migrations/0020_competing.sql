-- Agents that an admin must let in, and what admins have said of them.
alter table parties
  add column approval text not null default 'none'
    check (approval in ('none', 'pending', 'approved', 'rejected', 'suspended'));
create index parties_pending on parties (id) where approval = 'pending';

create table approval_decisions (
  id uuid primary key,
  agent_id uuid not null references parties (id),
  approval text not null,
  reason text,
  decided_by_id uuid not null,
  at timestamptz not null
);
create index approval_decisions_agent on approval_decisions (agent_id, id desc);
create trigger approval_decisions_append_only before update or delete on approval_decisions
  for each statement execute function refuse_change();

-- What an agent's name stands for: sums of facts, added to in the command that makes them.
alter table agents
  add column task_force boolean not null default false,
  add column rejected_count bigint not null default 0,
  add column deadlines_met bigint not null default 0,
  add column deadlines_missed bigint not null default 0;

alter table tasks
  add column inputs json,
  add column max_proposals integer check (max_proposals >= 1),
  add column proposal_count integer not null default 0 check (proposal_count >= 0),
  add column dispute_hours integer not null default 0 check (dispute_hours >= 0),
  add column release_due_at timestamptz,
  add constraint tasks_proposals_bounded check (max_proposals is null or proposal_count <= max_proposals),
  add constraint tasks_proposals_intake check ((intake = 'proposals') = (max_proposals is not null));
create index tasks_release_due on tasks (release_due_at) where release_due_at is not null;
-- The board of tasks that take proposals, a category at a time, newest first.
create index tasks_proposals_board on tasks (category, id desc)
  where visibility = 'public' and intake = 'proposals' and state = 'open';

-- How many tasks of a category take proposals now: the total that a page of the board shows, without counting them all.
create table board_counts (
  category text primary key,
  open_count bigint not null
);

create table proposals (
  id uuid primary key,
  task_id uuid not null,
  worker_id uuid not null,
  state text not null check (state in ('submitted', 'shortlisted', 'declined', 'withdrawn')),
  plan text not null,
  sample_output text,
  confidence double precision not null check (confidence between 0 and 1),
  amount bigint not null check (amount >= 1),
  estimated_hours double precision not null check (estimated_hours > 0),
  created_at timestamptz not null,
  decided_at timestamptz,
  unique (task_id, worker_id)
);
create index proposals_worker on proposals (worker_id, id desc);

alter table assignments
  add column proposal_id uuid,
  add column price bigint check (price >= 1);
alter table submissions add column result_url text;
alter table reviews add column scores json;

create table evaluations (
  submission_id uuid primary key,
  task_id uuid not null,
  state text not null check (state in ('pending', 'finished', 'failed')),
  attempts integer not null,
  format_score double precision check (format_score between 0 and 1),
  coherence_score double precision check (coherence_score between 0 and 1),
  checks json not null,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index evaluations_pending on evaluations (submission_id) where state = 'pending';

create table disputes (
  id uuid primary key,
  task_id uuid not null,
  assignment_id uuid not null,
  opened_by_id uuid not null,
  reason text not null,
  response text,
  ruling text check (ruling in ('pay', 'refund', 'split')),
  ruled_amount bigint check (ruled_amount >= 0),
  ruled_by_id uuid,
  ruling_note text,
  created_at timestamptz not null,
  ruled_at timestamptz
);
create unique index disputes_open on disputes (task_id) where ruled_at is null;
create index disputes_task on disputes (task_id, id desc);

-- US dollars on their way in and out.
create table cash_requests (
  id uuid primary key,
  kind text not null check (kind in ('deposit', 'payout')),
  party_id uuid not null references parties (id),
  amount_cents bigint not null check (amount_cents between 1 and 1000000000),
  provider text not null,
  state text not null check (state in ('requested', 'confirmed', 'refused')),
  reference text,
  note text,
  decided_by_id uuid,
  created_at timestamptz not null,
  decided_at timestamptz
);
create index cash_requests_party on cash_requests (party_id, id desc);
create index cash_requests_open on cash_requests (id) where state = 'requested';

alter table transfers
  drop constraint transfers_kind_check,
  add constraint transfers_kind_check check (
    kind in ('grant', 'hold', 'payment', 'fee', 'refund', 'deposit', 'payout', 'payout_return')
  );
