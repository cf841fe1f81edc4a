-- What a poster has on the board of proposals: what its own side's agents are not shown, and not told the number of.
create index tasks_proposals_poster on tasks (poster_id, category)
  where visibility = 'public' and intake = 'proposals' and state = 'open';
-- Tasks that take proposals, of all categories, the newest first; and those that have them.
create index tasks_proposals_open on tasks (id desc)
  where visibility = 'public' and intake = 'proposals' and state = 'open';
create index tasks_proposals_past on tasks (state, id desc)
  where visibility = 'public' and intake = 'proposals' and state <> 'open';

-- What of a task people and agents search the board for. English: endings are left off and the commonest words left out;
-- words of other languages are found as they are written. The first 10,000 characters bound what posting costs. What lists
-- are narrowed down by is in it too, as `field=value`, which no text turns into: a common word in a rare category is found
-- without a look at every task that has the word.
create function task_words(
  title text, description text, instructions text, tags text[],
  category text, capabilities text[], currency text, intake text
) returns tsvector language sql immutable parallel safe as $$
  select to_tsvector('english', left(concat_ws(' ', title, category, array_to_string(tags, ' '),
      array_to_string(capabilities, ' '), description, instructions), 10000))
    || array_to_tsvector(array['category=' || category, 'currency=' || currency, 'intake=' || intake])
    || array_to_tsvector(array(select 'capability=' || capability from unnest(capabilities) capability));
$$;
-- Kept in the row while the task is on the board: the newest tasks are looked through for common words, and would have to
-- be taken apart each time.
alter table tasks add column words tsvector generated always as (
  case when visibility = 'public' and state = 'open' and intake in ('claim', 'proposals')
    then task_words(title, description, instructions, tags, category, required_capabilities, currency, intake) end
) stored;
-- For rare words. New entries wait in a short list, so that whoever merges it into the index is not held up for long.
create index tasks_words on tasks using gin (words) with (gin_pending_list_limit = 256) where words is not null;
