-- Sessions and what keys may do. A session's token is nowhere; its hash is how it is found.
create table sessions (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  token_hash text not null unique,
  kind text not null check (kind in ('web', 'cli')),
  -- Whether the token is in a cookie: then it ends after 14 days without use, and changes need the CSRF header.
  is_cookie boolean not null default false,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  last_used_at timestamptz not null default date_trunc('milliseconds', now()),
  expires_at timestamptz not null,
  address text,
  user_agent text,
  -- What it was started with; it ends when that is taken away.
  passkey_id uuid,
  identity_provider text
);
create index sessions_of_user on sessions (user_id, created_at desc, id desc);
create index sessions_by_expiry on sessions (expires_at);

-- null = all four scopes; null = every organization.
alter table api_keys add column scopes text[];
alter table api_keys add column organization_ids uuid[];

-- Who did what, when and from where. Rows are only ever added.
create table audit_events (
  id uuid primary key,
  organization_id uuid references organizations on delete cascade,
  actor_id uuid references users on delete set null,
  -- As they were called then: the account may go.
  actor_email text,
  action text not null,
  -- What it was done to, as its API names it.
  subject text,
  details jsonb not null default '{}',
  address text,
  user_agent text,
  request_id text,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
create index audit_events_of_organization on audit_events (organization_id, created_at desc, id desc);
create index audit_events_of_actor on audit_events (actor_id);

-- Token buckets that all processes share: when the bucket is full again.
create unlogged table rate_limits (
  name text not null,
  key text not null,
  full_at timestamptz not null,
  primary key (name, key)
);
create index rate_limits_by_end on rate_limits (full_at);
