-- Builds that may stand still, oldest first. What the condition names changes a few times in the life of a build.
create index builds_standing on engine.builds (created_at) where finished_at is null and not held and not awaits_place;

-- One row: since when there was always somebody to look for such builds, when that was last, and when a job was leased then.
create table engine.watch (
  id boolean primary key default true check (id),
  since timestamptz not null,
  seen_at timestamptz not null,
  busy_at timestamptz
);
