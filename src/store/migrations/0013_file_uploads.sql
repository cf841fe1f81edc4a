-- Uploads under way: written before the first byte is stored, deleted in the transaction that makes the file's row. What
-- a crash leaves here names exactly the bytes that belong to nothing.
create table file_uploads (
  storage_key text primary key,
  started_at timestamptz not null,
  abandoned boolean not null default false
);
create index file_uploads_started on file_uploads (started_at);
