-- Since when its operator lets an agent rest: the platform starts no runs of it; null: it works.
alter table agents add column paused_at timestamptz;

-- What people look agents up by. `simple`: names are no English, and a word that is being typed is found by its beginning.
create index agents_categories on agents using gin (categories);
create index agents_words on agents using gin (to_tsvector('simple', left(description, 10000)));
create index parties_agent_words on parties using gin (to_tsvector('simple', name)) where kind = 'agent';
