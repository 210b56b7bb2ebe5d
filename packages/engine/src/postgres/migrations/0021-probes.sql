-- The proofs that are under way: one for each red job with failed tests, gone when it ends. A runner takes it for one run.
create table engine.probes (
  job_id uuid primary key references engine.jobs on delete cascade,
  build_id uuid not null,
  queue text collate "C" not null,
  created_at timestamptz not null,
  -- Decides its turn within the queue: when it was made, or its last run ended.
  queued_at timestamptz not null,
  -- The run that it is leased for; null while it waits.
  fork uuid,
  runner text,
  expires_at timestamptz,
  lost integer not null default 0,
  budget_ms bigint not null,
  spent_ms bigint not null default 0,
  -- json, not jsonb: nobody looks inside.
  proof json not null
);
create index probes_waiting on engine.probes (queue, queued_at) where fork is null;
create index probes_expiring on engine.probes (expires_at) where fork is not null;
create index probes_of_build on engine.probes (build_id);
create index probes_made on engine.probes (created_at);

-- What a proof has shown of a failed test of a report: `flaky`, `fails`, `order` or `unknown`. No foreign keys, as for results:
-- what removes a result removes its verdict first.
create table engine.test_verdicts (
  report bigint not null,
  test bigint not null,
  verdict text not null,
  -- The runs that it counts, and in how many of them the test passed.
  forks integer not null,
  fork_passes integer not null,
  at timestamptz not null,
  primary key (report, test)
);
create index test_verdicts_flaky on engine.test_verdicts (test, at) where verdict = 'flaky';
