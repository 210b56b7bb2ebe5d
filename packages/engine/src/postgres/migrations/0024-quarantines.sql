-- Tests whose failures fail their step softly, until `until`. A row stays for a while after its end, so that a proof from
-- before an administrator lifted it does not bring it back.
create table engine.quarantines (
  test bigint primary key references engine.test_cases on delete cascade,
  pipeline text collate "C" not null,
  since timestamptz not null,
  until timestamptz not null,
  -- When forks proved it flaky last; null: an administrator put it there, and nothing has proved it since.
  proved_at timestamptz
);
create index quarantines_of_pipeline on engine.quarantines (pipeline, until);
create index quarantines_by_end on engine.quarantines (until);
