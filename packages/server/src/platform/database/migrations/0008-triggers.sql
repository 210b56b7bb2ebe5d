-- What forges tell us, what pipelines make of it, and what we tell forges.

create table webhook_deliveries (
  forge text not null,
  delivery_id text not null,
  event text not null,
  -- The bytes that were signed; null once they are processed.
  payload bytea,
  received_at timestamptz not null default date_trunc('milliseconds', now()),
  processed_at timestamptz,
  -- Why nothing came of it.
  problem text,
  primary key (forge, delivery_id)
);
create index webhook_deliveries_by_age on webhook_deliveries (received_at);

-- As the code has them; what of them cannot be read never gets here.
alter table pipelines add column triggers jsonb not null default '[]';
-- The repository that a pipeline is defined in, by the id that its forge never changes.
alter table pipelines add column forge text;
alter table pipelines add column forge_repository_id text;
alter table pipelines add constraint pipelines_whole_forge check ((forge is null) = (forge_repository_id is null));
create unique index pipelines_of_repository on pipelines (organization_id, forge, forge_repository_id, source_slug)
  where forge is not null;
create index pipelines_by_repository on pipelines (forge, forge_repository_id) where forge is not null;

-- What a forge was told of a build, so that it is told once and told the newest.
create table checks (
  -- A build's id, or a discovery's.
  id uuid primary key,
  organization_id uuid not null references organizations on delete cascade,
  forge text not null,
  forge_repository_id text not null,
  commit text not null,
  name text not null,
  -- What the forge calls it; null until it said so.
  check_id text,
  -- Digest of what it was told last.
  told text,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
create index checks_by_forge on checks (forge, check_id) where check_id is not null;
create index checks_of_commit on checks (forge, forge_repository_id, commit);

-- Renderings of all pipelines of a repository. The id is that of the engine's build that renders.
create table discoveries (
  id uuid primary key,
  organization_id uuid not null references organizations on delete cascade,
  forge text not null,
  forge_repository_id text not null,
  commit text not null,
  -- Later ones count for more.
  position bigint not null generated always as identity,
  state text not null default 'rendering' check (state in ('rendering', 'applied', 'superseded', 'failed')),
  -- {file, slug, code, message, line}
  errors jsonb not null default '[]',
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
create index discoveries_of_repository on discoveries (organization_id, forge, forge_repository_id, position desc);
create index discoveries_by_age on discoveries (created_at);

create table schedules (
  pipeline_id uuid not null references pipelines on delete cascade,
  cron text not null,
  timezone text not null,
  -- '' = the default branch.
  branch text not null,
  next_at timestamptz not null,
  primary key (pipeline_id, cron, timezone, branch)
);
create index schedules_by_next on schedules (next_at);
