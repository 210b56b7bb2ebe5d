create schema engine;

-- The row that every change of a build locks and counts up. Narrow, and no index on what changes often: most updates stay on their page.
create table engine.builds (
  id uuid primary key,
  queue text collate "C" not null check (queue <> ''),
  state text not null,
  cancel_requested boolean not null,
  error_code text,
  error_message text,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  deadline_at timestamptz,
  timeout_seconds integer,
  version bigint not null
) with (fillfactor = 60);
create index builds_deadline on engine.builds (deadline_at) where deadline_at is not null;
create index builds_unfinished on engine.builds (id) where finished_at is null;
create index builds_finished on engine.builds (finished_at) where finished_at is not null;

-- What is written once and read once per process: json, not jsonb, because nobody looks inside.
create table engine.plans (
  build_id uuid primary key references engine.builds on delete cascade,
  context json not null,
  steps json not null
);

-- Every attempt of every step; step is null for the job that renders the pipeline.
create table engine.jobs (
  id uuid primary key,
  build_id uuid not null references engine.builds on delete cascade,
  step integer,
  builds_in integer,
  attempt integer not null,
  previous_attempt uuid,
  state text not null,
  fence integer not null,
  lost integer not null,
  not_before timestamptz,
  created_at timestamptz not null,
  scheduled_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  deadline_at timestamptz,
  kill_by timestamptz,
  exit_code integer,
  error_code text,
  error_message text,
  skip_reason text,
  soft_failed boolean not null,
  cached boolean not null,
  snapshot text,
  -- The build's version when this row was written: another process reads only what is newer than what it has.
  version bigint not null
) with (fillfactor = 80);
create unique index jobs_attempt on engine.jobs (build_id, step, attempt);
create index jobs_version on engine.jobs (build_id, version);

-- One row per job that a runner may have processes of. Small and hot: vacuumed early.
create table engine.leases (
  job_id uuid primary key,
  build_id uuid not null,
  runner text not null,
  fence integer not null,
  expires_at timestamptz not null,
  started boolean not null,
  last_seq integer not null,
  spool_offset bigint not null,
  stop text,
  deadline_at timestamptz,
  kill_by timestamptz
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index leases_runner on engine.leases (runner);
create index leases_expiry on engine.leases (expires_at);
create index leases_deadline on engine.leases (deadline_at) where deadline_at is not null;
create index leases_kill on engine.leases (kill_by) where kill_by is not null;

-- One row per job that waits for a runner; seq keeps the order of jobs that became ready at one instant.
create table engine.ready (
  job_id uuid primary key,
  build_id uuid not null,
  queue text collate "C" not null,
  ready_at timestamptz not null,
  not_before timestamptz,
  seq bigint generated always as identity
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index ready_turn on engine.ready (queue, ready_at, seq);
create index ready_delay on engine.ready (not_before) where not_before is not null;

-- Logs of running jobs; packed elsewhere when a job has ended.
create table engine.log_chunks (
  job_id uuid not null,
  seq integer not null,
  kind smallint not null,
  ts bigint,
  content bytea not null,
  primary key (job_id, seq)
);
-- Compressing what is deleted in a minute costs more than it saves.
alter table engine.log_chunks alter column content set storage external;
