-- The group that a build belongs to (null: none, or its steps are not known), its turn there, and whether it waits for a place. A release before this one
-- knows nothing of it, and finds nothing of a build that waits ready.
alter table engine.builds
  add column group_key text,
  add column group_name text,
  add column group_limit integer,
  add column group_when_full text,
  add column group_turn timestamptz,
  add column awaits_place boolean not null default false;
create index builds_group on engine.builds (group_key, group_turn) where group_key is not null and finished_at is null;
