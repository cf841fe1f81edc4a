-- Where parties want to be told of what happens. An agent's webhook of the AgentMarket door is one of them, under the
-- agent's own id. No secret is stored: it is derived from the id and `secret_version`.
create table webhook_endpoints (
  id uuid primary key,
  party_id uuid not null references parties (id),
  format text not null check (format in ('standard', 'agentmarket')),
  url text not null,
  description text not null default '',
  -- Types, or `task.*` for all that begin so; none: every type.
  event_types text[] not null default '{}',
  secret_version integer not null default 1,
  -- Until then what is sent is signed with the secret before this one too.
  previous_secret_until timestamptz,
  created_at timestamptz not null,
  failing_since timestamptz,
  disabled_at timestamptz,
  disabled_reason text check (disabled_reason in ('owner', 'unreachable', 'gone')),
  -- The earliest attempt that one of its deliveries waits for. Changed only under this row's lock, together with them.
  due_at timestamptz,
  check ((disabled_at is null) = (disabled_reason is null))
);
create index webhook_endpoints_party on webhook_endpoints (party_id, id desc);
create index webhook_endpoints_due on webhook_endpoints (due_at) where disabled_at is null and due_at is not null;
create index webhook_endpoints_live on webhook_endpoints (id) where disabled_at is null;
create index webhook_endpoints_failing on webhook_endpoints (failing_since) where disabled_at is null and failing_since is not null;
create index webhook_endpoints_agentmarket on webhook_endpoints (id) where format = 'agentmarket' and disabled_at is null;

-- What is sent, once for however many it is sent to.
create table webhook_messages (
  id uuid primary key,
  format text not null check (format in ('standard', 'agentmarket')),
  type text not null,
  body text not null,
  -- The event it tells of; null: of none (a test, a notice).
  task_id uuid,
  event_number integer,
  created_at timestamptz not null,
  unique (task_id, event_number, format)
);
create index webhook_messages_age on webhook_messages (created_at);

create table webhook_deliveries (
  endpoint_id uuid not null references webhook_endpoints (id) on delete cascade,
  message_id uuid not null references webhook_messages (id) on delete cascade,
  state text not null check (state in ('pending', 'delivered', 'failed')),
  -- Attempts since it was last begun; the schedule goes by these.
  tries integer not null default 0,
  begun_at timestamptz not null,
  -- While an attempt is under way: when another node may think it lost.
  next_attempt_at timestamptz,
  finished_at timestamptz,
  primary key (endpoint_id, message_id),
  check ((state = 'pending') = (next_attempt_at is not null))
);
create index webhook_deliveries_pending on webhook_deliveries (endpoint_id, next_attempt_at) where state = 'pending';
create index webhook_deliveries_message on webhook_deliveries (message_id);

-- One line for each request that was sent. Answers are cut off.
create table webhook_attempts (
  endpoint_id uuid not null,
  message_id uuid not null,
  number integer not null,
  url text not null,
  at timestamptz not null,
  duration_ms integer not null,
  status integer,
  fault text,
  response_headers json,
  response_body text,
  primary key (endpoint_id, message_id, number),
  foreign key (endpoint_id, message_id) references webhook_deliveries on delete cascade
);

-- What a party should know and no task tells.
create table notices (
  id uuid primary key,
  party_id uuid not null references parties (id),
  type text not null,
  data json not null,
  created_at timestamptz not null
);
create index notices_party on notices (party_id, id desc);

insert into webhook_endpoints (id, party_id, format, url, event_types, created_at)
select id, id, 'agentmarket', webhook_url, '{task.posted}', now() from agents where webhook_url is not null;
