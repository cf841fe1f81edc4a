-- What a poster has given to one agent, for the A2A door's lists: the newest change first, and by conversation.
create index tasks_direct_updated on tasks (poster_id, agent_id, updated_at desc, id desc)
  where intake = 'direct' and agent_id is not null;

-- Where a client of the A2A door wants to be told of one task: a webhook of the task's poster, of that task alone.
alter table webhook_endpoints
  drop constraint webhook_endpoints_format_check,
  add constraint webhook_endpoints_format_check check (format in ('standard', 'agentmarket', 'a2a')),
  add column task_id uuid references tasks (id),
  -- The client's own id for it and what it wants to be shown: {"configId", "token", "scheme", "credentials"}.
  add column push json,
  add constraint webhook_endpoints_push check ((format = 'a2a') = (task_id is not null and push is not null));
alter table webhook_messages
  drop constraint webhook_messages_format_check,
  add constraint webhook_messages_format_check check (format in ('standard', 'agentmarket', 'a2a'));
create unique index webhook_endpoints_a2a on webhook_endpoints (task_id, (push ->> 'configId')) where format = 'a2a';
