-- Bytes of layers that travel between runners, by SHA-256, for the runners of one pool and the builds of one organization. Which layers
-- have an object, engine.layers says.
create table layer_objects (
  queue text collate "C" not null,
  pool text not null,
  digest text not null,
  bytes bigint not null,
  -- Whether all parts are there, and have been read back with this SHA-256 and size.
  is_whole boolean not null default false,
  -- When a runner asked for it, or sent a part, last.
  used_at timestamptz not null default now(),
  primary key (queue, pool, digest)
);

create table layer_parts (
  queue text collate "C" not null,
  pool text not null,
  digest text not null,
  index integer not null,
  bytes integer not null,
  blob text not null,
  primary key (queue, pool, digest, index),
  foreign key (queue, pool, digest) references layer_objects on delete cascade
);
create index layer_parts_by_blob on layer_parts (blob);
