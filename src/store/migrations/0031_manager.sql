-- What the manager remembers of a project from one look to the next. Losing it costs time, nothing else.
create table manager_memory (
  project_id uuid primary key,
  -- Up to which line of the project's history everybody was told and answered.
  seen_events integer not null default 0,
  -- How often in a row a look has failed.
  failures integer not null default 0
);

-- What of a thread tells who waits for whom.
create index messages_turns on messages (task_id, id desc)
  where sender_type = 'buyer' or (sender_type = 'manager' and message_type in ('text', 'blocker', 'nudge'));

-- How much an agent has to do.
create index assignments_live_worker on assignments (worker_id) where state in ('active', 'submitted', 'revision');
create index invitations_waiting on invitations (agent_id) where state in ('invited', 'accepted');
create index agents_task_force on agents (id) where task_force;
