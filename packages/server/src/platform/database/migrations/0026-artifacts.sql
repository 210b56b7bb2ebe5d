-- The bytes of artifacts, in parts of at most 16 MiB, equal ones once. Which artifacts have a part, engine.artifacts says.
create table artifact_parts (
  -- SHA-256, in hexadecimal.
  digest text primary key,
  bytes integer not null,
  -- In the blob store, or here when it is small.
  blob text,
  small bytea,
  -- When somebody stored it, or asked whether it is there, last.
  used_at timestamptz not null default now(),
  check (num_nonnulls(blob, small) = 1)
);
create index artifact_parts_by_blob on artifact_parts (blob) where blob is not null;

-- Which artifacts have a part, and which are due to expire, to be emptied and to be forgotten.
create index artifacts_by_part on engine.artifacts using gin (parts) with (fastupdate = off);
create index artifacts_kept on engine.artifacts (created_at) where expired_at is null and expires_seconds is null;
create index artifacts_kept_as_asked on engine.artifacts ((created_at at time zone 'utc' + expires_seconds * interval '1 second'))
  where expired_at is null and expires_seconds is not null;
create index artifacts_expired on engine.artifacts (expired_at) where expired_at is not null;

-- How much an organization may keep; without a row as much as there is room for.
create table artifact_quotas (
  organization_id uuid primary key references organizations on delete cascade,
  bytes bigint not null check (bytes >= 0)
);
