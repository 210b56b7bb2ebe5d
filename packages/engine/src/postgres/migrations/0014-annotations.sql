-- The texts that steps show on the page of their build; only those of the newest attempt that left any.
create table engine.annotations (
  build_id uuid not null references engine.builds on delete cascade,
  step integer not null,
  position integer not null,
  job_id uuid not null,
  name text not null,
  style text not null,
  markdown text not null,
  primary key (build_id, step, position)
);
