-- The runner of the newest lease of a job: the files that the job left are on its machine. Null for jobs of earlier releases.
alter table engine.jobs add column runner text;
update engine.jobs j set runner = l.runner from engine.leases l where l.job_id = j.id;

-- pool, labels: what the step asks of its runner, null for the default pool and for none. home: the runner whose files the job
-- starts from; null: none.
alter table engine.ready add column pool text, add column labels text[], add column home text;

-- The runners that renew their leases, and what each may take (null: anything). The owner of the database knows who they are.
create table engine.runners (
  id text primary key,
  pool text,
  labels text[],
  queues text[],
  seen_at timestamptz not null,
  -- Since when it is given nothing new.
  drains_at timestamptz
) with (fillfactor = 50);
