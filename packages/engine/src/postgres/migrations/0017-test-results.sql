-- The tests of a pipeline. One is known by its suite and name, of which `key` is a digest: names may be too long for an index.
create table engine.test_cases (
  id bigint generated always as identity primary key,
  pipeline text collate "C" not null,
  key uuid not null,
  suite text not null,
  name text not null,
  -- The file that a report named first; null: none has.
  file text
);
create unique index test_cases_key on engine.test_cases (pipeline, key);
create index test_cases_by_name on engine.test_cases (pipeline, left(suite, 200) collate "C", left(name, 200) collate "C", id);

-- The reports of tests that steps left. A report is written with its results before the end of its job is decided, so that this
-- blocks nobody: without `at` it does not count. It gets it in the transaction of the outcome, and loses it with its build.
create table engine.test_reports (
  id bigint generated always as identity primary key,
  build_id uuid not null,
  job_id uuid not null,
  pipeline text collate "C" not null,
  -- A build of a fork is not: what it reports counts for nobody else.
  trusted boolean not null,
  path text not null,
  -- Null: the file was no report.
  format text,
  faults integer not null,
  problem text,
  passed integer not null,
  failed integer not null,
  skipped integer not null,
  errored integer not null,
  -- Results that were over the limit of the build.
  left_out integer not null,
  -- Its results come from an entry of the cache.
  cached boolean not null default false,
  written_at timestamptz not null,
  at timestamptz,
  -- Whether the results of passed tests have been removed.
  thinned boolean not null default false
);
create index test_reports_of_build on engine.test_reports (build_id) where at is not null;
create index test_reports_of_job on engine.test_reports (job_id) where at is not null;
create index test_reports_unused on engine.test_reports (written_at) where at is null;
create index test_reports_whole on engine.test_reports (at) where not thinned;
create index test_reports_thinned on engine.test_reports (at) where thinned;

-- No foreign keys: to check 100,000 of them costs more than to write the rows. What removes a report removes its results first.
create table engine.test_results (
  report bigint not null,
  test bigint not null,
  -- p: passed, f: failed, s: skipped, e: errored
  state "char" not null,
  duration_ms integer,
  line integer,
  -- Of a test that did not pass, where another file than the test's is named.
  file text,
  message text,
  primary key (report, test)
);
create index test_results_of_test on engine.test_results (test, report);
create index test_results_failed on engine.test_results (report, test) where state in ('f', 'e');
