-- One credential per person: a password is set by writing this row, however many do it at once.
create unique index accounts_provider on accounts ("providerId", "accountId");
-- Tasks on an allowance as the Agentwork door lists them, newest first.
create index tasks_poster_allowance on tasks (poster_id, id desc) where funding = 'allowance' and intake = 'direct';
