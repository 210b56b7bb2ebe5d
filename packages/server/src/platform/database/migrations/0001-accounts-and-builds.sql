-- Instants are kept in whole milliseconds: a cursor carries them as they are.
create table users (
  id uuid primary key,
  email text not null unique,
  name text,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);

create table organizations (
  id uuid primary key,
  slug text not null unique,
  name text not null,
  url text,
  -- The user whose personal organization this is.
  personal_of uuid unique references users on delete set null,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);

create table memberships (
  organization_id uuid not null references organizations on delete cascade,
  user_id uuid not null references users on delete cascade,
  role text not null check (role in ('member', 'admin', 'owner')),
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  primary key (user_id, organization_id)
);
create index memberships_of_organization on memberships (organization_id);

create table api_keys (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  description text not null,
  -- Lower-case hex SHA-256 of the whole key; the key itself is nowhere.
  token_hash text not null unique,
  bootstrap boolean not null default false,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  expires_at timestamptz,
  last_used_at timestamptz
);
create index api_keys_of_user on api_keys (user_id, created_at desc, id desc);
create unique index one_bootstrap_key on api_keys (bootstrap) where bootstrap;

create table pipelines (
  id uuid primary key,
  organization_id uuid not null references organizations on delete cascade,
  slug text not null,
  name text not null,
  description text,
  repository text not null,
  repo_name text,
  source_slug text,
  default_branch text not null,
  allow_manual boolean not null default true,
  -- The counter that build numbers come from.
  last_build_number integer not null default 0,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  constraint pipelines_slug_unique unique (organization_id, slug)
);
create index pipelines_by_age on pipelines (organization_id, created_at, id);
create unique index pipelines_source_unique on pipelines (organization_id, lower(repo_name), source_slug);

-- What the server knows of a build beside the engine, which has its state under the same id.
create table build_records (
  id uuid primary key,
  pipeline_id uuid not null references pipelines on delete cascade,
  number integer not null,
  branch text not null,
  commit text not null,
  message text,
  source text not null,
  author_id uuid references users on delete set null,
  source_blob text,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  -- SHA-256 of the runner token; null as soon as the build is terminal.
  runner_token_hash text,
  constraint build_records_number_unique unique (pipeline_id, number)
);
create index build_records_by_blob on build_records (source_blob) where source_blob is not null;
create index build_records_with_token on build_records (created_at) where runner_token_hash is not null;
