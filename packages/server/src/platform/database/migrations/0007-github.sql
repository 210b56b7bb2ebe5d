-- Accounts elsewhere that people sign in with, and what our GitHub App sees.

create table identities (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  provider text not null check (provider in ('google', 'github')),
  -- What the provider calls the account and never changes.
  subject text not null,
  -- How it was called when it was last used.
  name text,
  email text,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  constraint identities_one_user unique (provider, subject)
);
create index identities_of_user on identities (user_id, created_at, id);

-- A browser that was sent to an identity provider. The row goes when it comes back.
create table oauth_states (
  state_hash text primary key,
  provider text not null check (provider in ('google', 'github')),
  -- The cookie of that browser.
  browser_hash text not null,
  -- The PKCE verifier, sealed.
  verifier bytea not null,
  nonce text not null,
  redirect text not null,
  -- Whose account is to be linked; null for a sign-in.
  link_user_id uuid references users on delete cascade,
  expires_at timestamptz not null
);
create index oauth_states_by_expiry on oauth_states (expires_at);
create index oauth_states_of_user on oauth_states (link_user_id) where link_user_id is not null;

-- Who was sent to GitHub to install the App, and for which organization. The row goes when the installation is bound.
create table github_install_states (
  state_hash text primary key,
  user_id uuid not null references users on delete cascade,
  organization_id uuid not null references organizations on delete cascade,
  expires_at timestamptz not null
);
create index github_install_states_by_expiry on github_install_states (expires_at);
create index github_install_states_of_user on github_install_states (user_id);
create index github_install_states_of_organization on github_install_states (organization_id);

create table github_installations (
  id bigint generated always as identity primary key,
  -- GitHub's own number, never used again.
  number bigint not null unique,
  -- To which it is bound; null: to none.
  organization_id uuid references organizations on delete set null,
  account_id text not null,
  account_login text not null,
  account_type text not null check (account_type in ('Organization', 'User')),
  -- GitHub ids of who installed it and who had asked for it, as a signed webhook said.
  installed_by text,
  requested_by text,
  suspended_at timestamptz,
  -- GitHub said that it is gone. The row stays, because a late event must not bring it back.
  deleted_at timestamptz,
  synced_at timestamptz,
  -- Why the last sync failed; null when it did not.
  sync_problem text,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  updated_at timestamptz not null default date_trunc('milliseconds', now())
);
create index github_installations_of_organization on github_installations (organization_id) where organization_id is not null;

-- Repositories as their forges show them.
create table repositories (
  id bigint generated always as identity primary key,
  forge text not null,
  -- The forge's id, which survives renaming.
  external_id text not null,
  github_installation_id bigint not null references github_installations on delete cascade,
  owner text not null,
  name text not null,
  clone_url text not null,
  default_branch text not null,
  is_private boolean not null,
  last_synced_at timestamptz not null default date_trunc('milliseconds', now()),
  constraint repositories_once unique (forge, external_id)
);
create index repositories_of_installation on repositories (github_installation_id, owner, name);

-- Repositories that somebody's pipelines may be built from. A further forge adds its own part.
create view active_repositories as
  select r.id, r.forge, r.external_id, r.owner, r.name, r.clone_url, r.default_branch, r.is_private, r.last_synced_at,
         i.organization_id, i.number::text as installation, i.account_login as account
    from repositories r join github_installations i on i.id = r.github_installation_id
   where i.organization_id is not null and i.suspended_at is null and i.deleted_at is null;
