-- Workspaces of Bitbucket that organizations have connected, and the access that came with that.

-- Who was sent to Bitbucket to connect it, and for which organization. The row goes when they come back.
create table bitbucket_states (
  state_hash text primary key,
  user_id uuid not null references users on delete cascade,
  organization_id uuid not null references organizations on delete cascade,
  expires_at timestamptz not null
);
create index bitbucket_states_by_expiry on bitbucket_states (expires_at);
create index bitbucket_states_of_user on bitbucket_states (user_id);
create index bitbucket_states_of_organization on bitbucket_states (organization_id);

-- What one connection gave: one pair of tokens for all of its workspaces, sealed.
create table bitbucket_grants (
  id uuid primary key,
  access_token bytea not null,
  refresh_token bytea not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);

create table bitbucket_workspaces (
  id bigint generated always as identity primary key,
  -- Bitbucket's own id, which survives renaming.
  uuid text not null unique,
  slug text not null,
  name text not null,
  -- To which it is bound; null: it was freed, and its webhooks are being removed.
  organization_id uuid references organizations on delete set null,
  grant_id uuid not null references bitbucket_grants,
  synced_at timestamptz,
  -- Why the last sync failed; null when it did not.
  sync_problem text,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
create index bitbucket_workspaces_of_organization on bitbucket_workspaces (organization_id) where organization_id is not null;
create index bitbucket_workspaces_of_grant on bitbucket_workspaces (grant_id);

alter table repositories
  alter column github_installation_id drop not null,
  add column bitbucket_workspace_id bigint references bitbucket_workspaces on delete cascade,
  -- The webhook that we made there, with the secret that it signs with, sealed; and why there is none.
  add column hook_uuid text unique,
  add column hook_secret bytea,
  add column hook_problem text,
  add constraint repositories_of_one check (num_nonnulls(github_installation_id, bitbucket_workspace_id) = 1);
create index repositories_of_workspace on repositories (bitbucket_workspace_id, owner, name) where bitbucket_workspace_id is not null;

create or replace view active_repositories as
  select r.id, r.forge, r.external_id, r.owner, r.name, r.clone_url, r.default_branch, r.is_private, r.last_synced_at,
         i.organization_id, i.number::text as installation, i.account_login as account
    from repositories r join github_installations i on i.id = r.github_installation_id
   where i.organization_id is not null and i.suspended_at is null and i.deleted_at is null
  union all
  select r.id, r.forge, r.external_id, r.owner, r.name, r.clone_url, r.default_branch, r.is_private, r.last_synced_at,
         w.organization_id, w.uuid as installation, w.slug as account
    from repositories r join bitbucket_workspaces w on w.id = r.bitbucket_workspace_id
   where w.organization_id is not null;
