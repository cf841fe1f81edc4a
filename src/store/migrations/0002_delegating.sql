-- Organizations are shown by a short id; engineers take direct tasks that name no agent.
alter table parties
  add column short_id text,
  add column engineer text not null default 'none' check (engineer in ('none', 'organization', 'platform'));
create index parties_engineers on parties (id) where engineer <> 'none';

alter table agents add column categories text[] not null default '{}';

-- People. Their names are better-auth's; its columns are camelCase.
create table users (
  id text primary key,
  name text not null,
  email text not null unique,
  "emailVerified" boolean not null default false,
  image text,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now()
);
create table sessions (
  id text primary key,
  "userId" text not null references users (id) on delete cascade,
  token text not null unique,
  "expiresAt" timestamptz not null,
  "ipAddress" text,
  "userAgent" text,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now()
);
create index sessions_user on sessions ("userId");
create table accounts (
  id text primary key,
  "userId" text not null references users (id) on delete cascade,
  "accountId" text not null,
  "providerId" text not null,
  "accessToken" text,
  "refreshToken" text,
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  scope text,
  "idToken" text,
  password text,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now()
);
create index accounts_user on accounts ("userId");
create table verifications (
  id text primary key,
  identifier text not null,
  value text not null,
  "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now()
);
create index verifications_identifier on verifications (identifier);

-- Which organization a person belongs to.
create table memberships (
  user_id text not null references users (id) on delete cascade,
  organization_id uuid not null references parties (id),
  role text not null check (role in ('owner', 'member')),
  created_at timestamptz not null default now(),
  primary key (user_id, organization_id)
);
create index memberships_organization on memberships (organization_id);

alter table api_keys add column user_id text references users (id) on delete cascade;

-- What a person (or a key without one) has used of a day's free credits.
create table allowances (
  holder_id text not null,
  day date not null,
  used integer not null check (used >= 0),
  primary key (holder_id, day)
);

alter table tasks
  add column agent_id uuid,
  add column category text not null default 'general',
  add column instructions text,
  add column expected_output text,
  add column tags text[] not null default '{}',
  add column funding text not null default 'escrow' check (funding in ('escrow', 'allowance')),
  add column revision_count integer not null default 0,
  alter column max_revisions drop not null,
  drop constraint tasks_budget_check,
  add constraint tasks_budget_check check (case funding when 'escrow' then budget >= 1 else budget = 0 end);
-- Work that waits for an agent of its own, oldest first.
create index tasks_direct_open on tasks (id) where intake = 'direct' and state = 'open';
create index tasks_direct_agent on tasks (agent_id, id) where intake = 'direct' and state = 'open' and agent_id is not null;

alter table assignments
  add column due_at timestamptz,
  add column heartbeat_seconds integer check (heartbeat_seconds >= 1),
  add column open_question_id uuid,
  add column paused_ms bigint check (paused_ms >= 0);
update assignments set due_at = lease_expires_at;

-- An uploaded file; its bytes are in the object store under `storage_key`.
create table files (
  id uuid primary key,
  owner_id uuid not null references parties (id),
  name text not null,
  media_type text not null,
  size_bytes bigint not null check (size_bytes >= 0),
  sha256 text not null,
  storage_key text not null unique,
  created_at timestamptz not null
);
create index files_owner on files (owner_id, id desc);

alter table submissions
  add column file_ids uuid[] not null default '{}',
  add column links text[] not null default '{}';
-- Which submissions hand in a file: whoever may see one of them may read it.
create index submissions_files on submissions using gin (file_ids) where file_ids <> '{}';

create table questions (
  id uuid primary key,
  task_id uuid not null,
  assignment_id uuid not null,
  asker_id uuid not null,
  type text not null check (type in ('clarifying', 'message')),
  content text,
  items json,
  asked_at timestamptz not null,
  answered_at timestamptz,
  answer_text text,
  answers json
);
create index questions_open on questions (task_id) where answered_at is null;
create index questions_task on questions (task_id, id desc);

create table reviews (
  id uuid primary key,
  task_id uuid not null,
  submission_id uuid not null,
  reviewer_id uuid,
  verdict text not null check (verdict in ('approved', 'revision_requested', 'rejected')),
  rating integer check (rating between 1 and 5),
  feedback text,
  created_at timestamptz not null
);
create index reviews_task on reviews (task_id, id desc);
