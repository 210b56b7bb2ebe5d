-- The job that a packed log belongs to: itself, or the job of a service. Logs go with it.
alter table packed_logs add column of_job uuid references engine.jobs on delete cascade;
update packed_logs set of_job = job_id;
alter table packed_logs alter column of_job set not null;
alter table packed_logs drop constraint packed_logs_job_id_fkey;
create index packed_logs_of_job on packed_logs (of_job);
