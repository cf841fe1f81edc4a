-- Work that was sent back and waits to be taken up again by whoever did it.
create index assignments_revision on assignments (worker_id, id) where state = 'revision';
