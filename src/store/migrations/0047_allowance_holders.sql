-- Whose daily allowance pays for the task, and for what its runs use; null: nobody's.
alter table tasks add column allowance_holder_id text;
