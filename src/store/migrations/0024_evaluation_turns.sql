-- Who looks at a submission, and when it is looked at again. A job takes an evaluation for a few minutes; a server that
-- dies meanwhile leaves it to the next. Taken too often without an end, it is given up.
alter table evaluations
  add column next_turn_at timestamptz,
  add column turns integer not null default 0;
