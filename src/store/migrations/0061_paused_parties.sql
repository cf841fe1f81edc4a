-- Beside the approval, where every question whether an agent may take work looks.
alter table parties add column paused_at timestamptz;
update parties p set paused_at = a.paused_at from agents a where a.id = p.id and a.paused_at is not null;
alter table agents drop column paused_at;
