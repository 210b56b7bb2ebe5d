-- Nothing has run a service yet, so no row lacks its name.
alter table engine.service_logs add column name text not null;

-- Every log: of a job, under its own id, and of its services.
create view engine.log_jobs as
  select id, id as job_id, null as service from engine.jobs union all select id, job_id, name from engine.service_logs;
