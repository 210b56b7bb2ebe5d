-- The services of a job's newest lease with their states, and what they left for later steps, by name; null: none.
-- json, not jsonb: nobody looks inside, but for the snapshots that are still needed.
alter table engine.jobs add column services json, add column service_snapshots json;
create index jobs_service_snapshots on engine.jobs (build_id) where service_snapshots is not null;

-- How much of a service's output its log has. Its chunks are in engine.log_chunks, under this id.
create table engine.service_logs (
  id uuid primary key,
  job_id uuid not null references engine.jobs on delete cascade,
  fence integer not null,
  last_seq integer not null,
  spool_position text not null
) with (fillfactor = 50);
create index service_logs_of_job on engine.service_logs (job_id);
