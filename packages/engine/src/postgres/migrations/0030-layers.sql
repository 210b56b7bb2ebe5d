-- files: the snapshots that a job starts from, its base first; holders: the runners that have them, '' for nobody who is known; both
-- null for none. open_at: until then the job is kept for the runners that have its files; null: for nobody.
alter table engine.ready add column files text[], add column holders text[], add column open_at timestamptz;
create index ready_open on engine.ready (queue, (coalesce(open_at, ready_at)), seq) where gate is null;
create index ready_at_home on engine.ready (queue, (holders[1]), ready_at, seq) where gate is null and holders is not null;
create index ready_base on engine.ready ((files[1]), ready_at, seq) where gate is null and files is not null;
create index ready_opens on engine.ready (open_at) where gate is null and open_at is not null;
create index ready_with_files on engine.ready (ready_at) where gate is null and files is not null;

-- forms: in which forms the runner gives and takes layers; null: it does neither. host: digest of its base `host`. rate: how many bytes
-- of layers it fetches in a second.
alter table engine.runners add column forms text[], add column host text, add column rate real;

-- The snapshots that the server wants to keep, or keeps, for runners of this form, whole with all layers below.
create table engine.exports (
  snapshot text not null,
  form text not null,
  queue text collate "C" not null,
  pool text not null,
  -- Of whom it is wanted, and the job that left it there.
  runner text not null,
  build_id uuid not null references engine.builds on delete cascade,
  job_id uuid not null,
  asked_at timestamptz not null,
  stored_at timestamptz,
  bytes bigint,
  -- The base `host` that it lies on: only runners with the same one can place it. Null: another image.
  host text,
  -- Why it does not travel.
  refused text,
  primary key (snapshot, form)
);
create index exports_wanted on engine.exports (runner) where stored_at is null and refused is null;
create index exports_build on engine.exports (build_id);

-- A layer that the server keeps: what a runner said of it, and the secrets that the plan gives to the steps below.
create table engine.layers (
  id text not null,
  form text not null,
  queue text collate "C" not null,
  pool text not null,
  digest text not null,
  source_digest text,
  bytes bigint not null,
  layers text[] not null,
  description json not null,
  taint text[] not null,
  created_at timestamptz not null default now(),
  -- Since when nothing needs it.
  doomed_at timestamptz,
  primary key (id, form)
);
create index layers_digest on engine.layers (digest);
create index layers_source on engine.layers (source_digest) where source_digest is not null;

-- The runners that have fetched a snapshot.
create table engine.layer_places (
  snapshot text not null,
  runner text not null,
  placed_at timestamptz not null default now(),
  primary key (snapshot, runner)
);
create index layer_places_runner on engine.layer_places (runner, placed_at);
