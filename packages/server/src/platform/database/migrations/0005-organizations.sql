-- Who belongs to an organization, who is asked to, and how organizations and accounts go.
alter table organizations add column members_can_create_pipelines boolean not null default true;
-- Since then nobody is a member, and its builds are canceled; what it had goes a week later.
alter table organizations add column deleted_at timestamptz;
create index organizations_deleted on organizations (deleted_at) where deleted_at is not null;

-- Partial, so that PostgreSQL does not take it for a key that others may refer to: an account that goes then never waits for those who only refer to its
-- organization.
create unique index organizations_personal_of on organizations (personal_of) where personal_of is not null;
alter table organizations drop constraint organizations_personal_of_key;

-- Pending ones only: an invite that was accepted or revoked is gone.
create table invites (
  id uuid primary key,
  organization_id uuid not null references organizations on delete cascade,
  email text not null,
  role text not null check (role in ('member', 'admin')),
  token_hash text not null unique,
  invited_by uuid not null references users on delete cascade,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  expires_at timestamptz not null,
  constraint invites_one_per_address unique (organization_id, email)
);
create index invites_of_maker on invites (invited_by);
create index invites_by_expiry on invites (expires_at);

-- A login that waits for its CLI. There is no token yet: the session is made when the CLI comes.
create table cli_logins (
  kind text not null check (kind in ('nonce', 'code')),
  secret_hash text not null,
  user_id uuid not null references users on delete cascade,
  -- The credential that it was parked with; ending that one voids it.
  session_id uuid references sessions on delete cascade,
  key_id uuid references api_keys on delete cascade,
  expires_at timestamptz not null,
  primary key (kind, secret_hash),
  constraint cli_logins_one_credential check (num_nonnulls(session_id, key_id) = 1)
);
create index cli_logins_of_user on cli_logins (user_id);
create index cli_logins_of_session on cli_logins (session_id) where session_id is not null;
create index cli_logins_of_key on cli_logins (key_id) where key_id is not null;
create index cli_logins_by_expiry on cli_logins (expires_at);

-- Nonces that an address asked for and that nobody had parked: polling for the same one again is no further guess.
create unlogged table cli_unknown_nonces (
  address text not null,
  nonce_hash text not null,
  seen_at timestamptz not null,
  primary key (address, nonce_hash)
);
create index cli_unknown_nonces_by_age on cli_unknown_nonces (seen_at);

-- How builds lose their author when the account goes.
create index build_records_of_account on build_records (author_id) where author_id is not null;
