-- Ended jobs and builds of traced builds, until the collector has their spans.
create table unsent_spans (
  id bigint generated always as identity primary key,
  build_id uuid not null references engine.builds on delete cascade,
  -- null: the build itself.
  job_id uuid references engine.jobs on delete cascade,
  -- Of a build: this end of it, and how long it had rested before, between an end and a retry.
  finished_at timestamptz,
  idle_ms bigint,
  noted_at timestamptz not null default now(),
  -- Until then a process sends it.
  claimed_until timestamptz not null default '-infinity'
);
create index unsent_spans_of_build on unsent_spans (build_id);
create index unsent_spans_of_job on unsent_spans (job_id);

-- When the parts of a traced job's work began and ended, as its runners said.
create table job_phases (
  job_id uuid not null references engine.jobs on delete cascade,
  fence integer not null,
  name text not null,
  began_at timestamptz not null,
  ended_at timestamptz not null,
  primary key (job_id, fence, name)
);
create index job_phases_ended on job_phases (ended_at);
