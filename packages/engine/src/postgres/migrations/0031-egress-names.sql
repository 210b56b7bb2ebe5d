-- The hosts that an attempt used and was refused, for steps that were bound to a list of hosts or observed.
create table engine.egress_names (
  job_id uuid primary key,
  build_id uuid not null references engine.builds on delete cascade,
  is_bound boolean not null,
  -- False: there were more names than are kept.
  is_whole boolean not null,
  used text[] not null,
  refused text[] not null
);
create index egress_names_build on engine.egress_names (build_id);
