-- What a poster has put out for US dollars, newest first. The state is in it so that a page and its total, with or without
-- a filter, are read from the index alone.
create index tasks_poster_usd on tasks (poster_id, id desc) include (state)
  where currency = 'usd' and funding = 'escrow';
