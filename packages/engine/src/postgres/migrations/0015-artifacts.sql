-- The files that steps keep, of every attempt. Their bytes are in parts that the owner of the engine keeps.
create table engine.artifacts (
  build_id uuid not null references engine.builds on delete cascade,
  job_id uuid not null,
  position integer not null,
  path text not null,
  kind text not null,
  bytes bigint not null,
  sha256 text not null,
  parts text[] not null,
  -- Where the file begins in its only part, which small files share.
  part_offset integer not null,
  -- How long the step wants it kept; null for as long as usual.
  expires_seconds bigint,
  created_at timestamptz not null default now(),
  primary key (job_id, position)
);
create index artifacts_of_build on engine.artifacts (build_id);
