-- Logins of registries, with which runners pull images for an organization. Secrets are sealed under `registry-login/<id>`.
create table registry_logins (
  organization_id uuid not null references organizations on delete cascade,
  -- As the name of an image begins: `ghcr.io`, `registry.example:5000`.
  host text collate "C" not null,
  -- Another one for each change.
  id uuid not null unique,
  username text not null,
  sealed_secret bytea not null,
  -- Whether builds of forks may pull with it.
  forks boolean not null,
  updated_at timestamptz not null default date_trunc('milliseconds', now()),
  primary key (organization_id, host)
);
