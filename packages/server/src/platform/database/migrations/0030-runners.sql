-- Keys with which runners join.
create table runner_keys (
  id uuid primary key,
  key_hash text not null unique,
  pool text not null,
  labels text[] not null,
  -- Whether its runners take jobs of every organization; otherwise of those in runner_key_organizations.
  every_organization boolean not null,
  gets_secrets boolean not null,
  -- How many runners may join with it; null: any number.
  uses integer,
  used integer not null default 0,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz
);

create table runner_key_organizations (
  key_id uuid not null references runner_keys on delete cascade,
  organization_id uuid not null references organizations on delete cascade,
  primary key (key_id, organization_id)
);
create index runner_key_organizations_of_organization on runner_key_organizations (organization_id);

-- Runners that have joined. The engine knows them by the same id.
create table runners (
  id uuid primary key,
  key_id uuid not null references runner_keys,
  name text not null,
  -- Its Ed25519 key, 32 bytes as base64url. The private half never leaves the runner.
  public_key text not null unique,
  joined_at timestamptz not null default now(),
  revoked_at timestamptz,
  -- The newest of its processes: an older one, or a copy, is refused.
  session integer not null default 0,
  -- Counts its tokens. Each signature is for one count, so none is of use twice.
  counter integer not null default 0,
  version text,
  slots integer
);
create index runners_of_key on runners (key_id);

create table runner_tokens (
  token_hash text primary key,
  runner_id uuid not null references runners on delete cascade,
  session integer not null,
  expires_at timestamptz not null
);
create index runner_tokens_of_runner on runner_tokens (runner_id);
