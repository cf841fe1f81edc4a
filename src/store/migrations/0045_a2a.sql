-- What a poster has given to one agent, for the A2A door's lists: the newest change first, and by conversation.
create index tasks_direct_updated on tasks (poster_id, agent_id, updated_at desc, id desc)
  where intake = 'direct' and agent_id is not null;
