-- What limits of a pipeline and groups within one go by; '' for a build without a pipeline, and for those of earlier releases.
alter table engine.builds add column pipeline text collate "C" not null default '';

-- How many jobs of a queue or of a pipeline may run at once; without a row any number.
create table engine.limits (
  kind text collate "C" not null check (kind in ('queue', 'pipeline')),
  id text collate "C" not null,
  jobs integer not null check (jobs > 0),
  primary key (kind, id)
);

-- gate: what the job was found full and waits at; null: it may be leased as far as anybody knows.
alter table engine.ready
  add column pipeline text collate "C",
  add column group_key text collate "C",
  add column group_limit integer,
  -- Order within a group: that of the builds, then that of the steps.
  add column build_at timestamptz,
  add column step integer,
  add column gate text collate "C";
drop index engine.ready_turn;
create index ready_turn on engine.ready (queue, ready_at, seq) where gate is null;
create index ready_gate on engine.ready (gate, ready_at, seq) where gate is not null;
create index ready_group on engine.ready (group_key, build_at, build_id, step)
  where group_key is not null and (gate is null or gate = group_key);
create index ready_group_limit on engine.ready (group_key, group_limit) where group_key is not null;

alter table engine.leases
  add column queue text collate "C",
  add column pipeline text collate "C",
  add column group_key text collate "C",
  add column group_limit integer;
update engine.leases l set queue = b.queue, pipeline = b.pipeline from engine.builds b where b.id = l.build_id;
update engine.ready r set pipeline = b.pipeline from engine.builds b where b.id = r.build_id;
create index leases_queue on engine.leases (queue, pipeline);
create index leases_group on engine.leases (group_key, group_limit) where group_key is not null;
