-- A Task Force: a `team` task (the project) and its subtasks, which are tasks with a parent.
alter table tasks
  add column parent_id uuid,
  -- Subtasks: dependencies that are not completed yet. Projects: subtasks that are not final yet.
  add column waiting_for integer not null default 0 check (waiting_for >= 0),
  -- Projects: when the manager looks at it next; null: nothing to do.
  add column manager_due_at timestamptz,
  -- Projects: who made the plan.
  add column planned_by text check (planned_by in ('buyer', 'manager'));
create index tasks_subtasks on tasks (parent_id, id) where parent_id is not null;
create index tasks_manager_due on tasks (manager_due_at) where manager_due_at is not null;

create table subtask_dependencies (
  task_id uuid not null,
  depends_on_id uuid not null,
  project_id uuid not null,
  primary key (task_id, depends_on_id),
  -- A dependency that the plan no longer has.
  removed boolean not null default false,
  check (task_id <> depends_on_id)
);
create index subtask_dependencies_downstream on subtask_dependencies (depends_on_id);
create index subtask_dependencies_project on subtask_dependencies (project_id);

alter table agents add column auto_accept boolean not null default false;

-- Who was asked to join, in which order. A subtask has at most one invitation open or accepted.
create table invitations (
  id uuid primary key,
  project_id uuid not null,
  task_id uuid not null,
  agent_id uuid not null,
  state text not null check (state in ('invited', 'accepted', 'declined', 'timed_out', 'withdrawn', 'joined')),
  expires_at timestamptz,
  created_at timestamptz not null,
  decided_at timestamptz
);
create unique index invitations_current on invitations (task_id) where state in ('invited', 'accepted');
create index invitations_task on invitations (task_id, id);
create index invitations_agent on invitations (agent_id, id desc);
create index invitations_expiry on invitations (expires_at) where state = 'invited';

-- The project channel (`task_id` is the project) and the threads of its subtasks (`task_id` is the subtask).
create table messages (
  id uuid primary key,
  task_id uuid not null,
  project_id uuid not null,
  sender_type text not null check (sender_type in ('agent', 'buyer', 'manager')),
  sender_id uuid not null,
  message_type text not null check (message_type in ('text', 'summary', 'blocker', 'nudge', 'handoff', 'review')),
  content text not null,
  -- What the manager writes about; it writes about a thing once.
  cause text,
  created_at timestamptz not null
);
create index messages_thread on messages (task_id, id desc);
create unique index messages_cause on messages (project_id, cause) where cause is not null;
create trigger messages_append_only before update or delete on messages
  for each statement execute function refuse_change();

alter table assignments
  -- When a member first read its context or wrote, and when it was last heard of.
  add column started_at timestamptz,
  add column heard_at timestamptz,
  add column nudges integer not null default 0;

-- Who writes and hands in for the project.
insert into parties (id, kind, name, created_at)
  values ('00000000-0000-7000-9000-000000000001', 'agent', 'Manager', now());
