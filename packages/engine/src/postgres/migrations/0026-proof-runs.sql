-- The runs of proofs that have ended, each with the id under which the end of its output is in engine.log_chunks.
create table engine.proof_runs (
  id uuid primary key,
  job_id uuid not null references engine.jobs on delete cascade,
  number integer not null,
  -- The key of the test that it ran alone; null: it was the command of the step.
  test uuid,
  exit_code integer,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  -- Keys of the tests that it should prove and that it tells of.
  passed uuid[] not null,
  failed uuid[] not null
);
create unique index proof_runs_of_job on engine.proof_runs (job_id, number);

create or replace view engine.log_jobs as
  select id, id as job_id, null as service from engine.jobs
  union all select id, job_id, name from engine.service_logs
  union all select id, job_id, 'fork-' || number from engine.proof_runs;
