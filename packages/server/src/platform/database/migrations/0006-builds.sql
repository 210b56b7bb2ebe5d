-- Pipelines: how they are archived, who decides about them, and what forks may do.
alter table pipelines add column archived_at timestamptz;
-- One that discovery archived comes back by itself, one that a person archived does not.
alter table pipelines add column archived_by text check (archived_by in ('person', 'discovery'));
alter table pipelines add column managed_by_code boolean not null default false;
alter table pipelines add column fork_policy text not null default 'approval'
  check (fork_policy in ('approval', 'always', 'never'));
alter table pipelines add constraint pipelines_archived_by_somebody check ((archived_at is null) = (archived_by is null));

-- Builds: where they come from.
alter table build_records add column event text not null default 'api'
  check (event in ('push', 'pull_request', 'schedule', 'manual', 'api'));
-- Of an author without an account here; with one, the account has them.
alter table build_records add column author_name text;
alter table build_records add column author_email text;
alter table build_records add column tag text;
alter table build_records add column base_branch text;
-- {number, title, url, headRepository, fork}
alter table build_records add column pull_request jsonb;
alter table build_records add column trust text not null default 'trusted' check (trust in ('trusted', 'fork'));
-- The number of the build of the same pipeline that this one repeats.
alter table build_records add column rebuild_of integer;
-- Whether it waits for approval is the engine's to know (`engine.builds.held`); here is who gave it.
alter table build_records add column approved_by uuid references users on delete set null;
alter table build_records add column approved_at timestamptz;

-- What an event of a forge or a schedule has made already.
alter table build_records add column delivery_provider text;
alter table build_records add column delivery_id text;
alter table build_records add column delivery_event text;
create unique index build_records_delivery_unique
  on build_records (delivery_provider, delivery_id, delivery_event, pipeline_id) where delivery_provider is not null;

-- SHA-256 of `source_blob`, lower-case hex; null when it was not fetched or is unknown.
alter table build_records add column source_sha256 text;

-- The engine's state once more, beside what lists are filtered by. Kept by the database: whichever process and release changes a build, the two are equal.
alter table build_records add column state text not null default 'scheduled';
update build_records r set state = b.state from engine.builds b where b.id = r.id;

create function copy_state_to_record() returns trigger language plpgsql as $$
begin
  update build_records set state = new.state where id = new.id;
  return null;
end $$;
create trigger copy_state_to_record after update of state on engine.builds
  for each row when (old.state is distinct from new.state) execute function copy_state_to_record();

create function take_state_of_build() returns trigger language plpgsql as $$
begin
  new.state := coalesce((select state from engine.builds where id = new.id), new.state);
  return new;
end $$;
create trigger take_state_of_build before insert on build_records for each row execute function take_state_of_build();

create index build_records_by_state on build_records (pipeline_id, state, number);
create index build_records_by_branch on build_records (pipeline_id, branch, number);
create index build_records_by_source on build_records (pipeline_id, source, number);
-- By how a commit begins; `C` so that an index can answer that.
create index build_records_by_commit on build_records (pipeline_id, commit collate "C", number);

-- Values are sealed under `secret/<id>`.
create table secrets (
  id uuid primary key,
  organization_id uuid not null references organizations on delete cascade,
  -- null: of the whole organization.
  pipeline_id uuid references pipelines on delete cascade,
  name text not null,
  sealed_value bytea not null,
  -- Where it may be used: globs of branches, names of events; null = everywhere.
  branches text[],
  events text[],
  updated_at timestamptz not null default date_trunc('milliseconds', now())
);
create unique index secrets_of_organization_unique on secrets (organization_id, name) where pipeline_id is null;
create unique index secrets_of_pipeline_unique on secrets (pipeline_id, name) where pipeline_id is not null;
-- How the deletion of an organization finds them.
create index secrets_of_organization on secrets (organization_id);
