-- A line in the task's history is a step too, so that it is written once.
alter table run_steps
  drop constraint run_steps_kind_check,
  add constraint run_steps_kind_check
    check (kind in ('model', 'tool', 'call', 'progress', 'question', 'delivery'));

alter table agents
  -- What a run of this agent may use at most; null: what the server allows.
  add column run_limits json,
  -- Whether the platform takes work from the board for it.
  add column takes_open_tasks boolean not null default false;
create index agents_run_here on agents (id) where executor is not null;
create index agents_take_open_tasks on agents (id) where takes_open_tasks and executor is not null;
