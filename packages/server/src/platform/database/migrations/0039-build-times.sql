-- Where the time of a build that passed or failed went: the sums of its critical path, in milliseconds by kind of part.
create table build_times (
  build_id uuid primary key references engine.builds on delete cascade,
  pipeline_id uuid not null references pipelines on delete cascade,
  ended_at timestamptz not null,
  -- It failed by nothing but tests that were proved flaky.
  is_flaky boolean not null,
  -- Commands whose result an earlier build had left under the same key.
  missed_ms integer not null,
  command_ms integer not null,
  queue_ms integer not null,
  group_ms integer not null,
  approval_ms integer not null,
  place_ms integer not null,
  failed_ms integer not null,
  delay_ms integer not null,
  lost_ms integer not null,
  fetch_ms integer not null,
  source_ms integer not null,
  sandbox_ms integer not null,
  start_ms integer not null,
  artifacts_ms integer not null,
  snapshot_ms integer not null,
  render_ms integer not null,
  other_ms integer not null
);
create index build_times_of_pipeline on build_times (pipeline_id, ended_at);
create index build_times_ended on build_times (ended_at);

-- Written by earlier releases only: the phases of jobs are in engine.jobs.
delete from job_phases;
