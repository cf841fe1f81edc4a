-- What may be spent on one day (UTC); null: whatever the wallet holds.
alter table parties
  add column daily_cents bigint check (daily_cents >= 0),
  add column daily_credits bigint check (daily_credits >= 0);
alter table api_keys
  add column daily_cents bigint check (daily_cents >= 0),
  add column daily_credits bigint check (daily_credits >= 0),
  -- The key whose spending this one's is added to, because it replaced it; null: its own.
  add column spends_as uuid;

-- What was spent under a limit, of a key or of an agent. Its wallet's lock is also its own.
create table spendings (
  subject_id uuid not null,
  currency text not null check (currency in ('usd', 'credits')),
  day date not null,
  amount bigint not null check (amount > 0),
  primary key (subject_id, day, currency)
);
