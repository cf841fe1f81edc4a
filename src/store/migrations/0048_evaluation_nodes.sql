-- Which server looks at a submission: what one that died had begun is given to the others.
alter table evaluations add column node_id text;
create index evaluations_taken on evaluations (node_id) where state = 'pending' and node_id is not null;
