-- Builds of a whole organization, newest first. Filled by the database, so that processes of the release before fill it too.
alter table build_records add column organization_id uuid;
update build_records r set organization_id = p.organization_id from pipelines p where p.id = r.pipeline_id;

create function take_organization_of_pipeline() returns trigger language plpgsql as $$
begin
  new.organization_id := (select organization_id from pipelines where id = new.pipeline_id);
  return new;
end $$;
create trigger take_organization_of_pipeline before insert on build_records
  for each row execute function take_organization_of_pipeline();

alter table build_records alter column organization_id set not null;
create index build_records_of_organization on build_records (organization_id, created_at desc, id desc);
create index build_records_of_organization_by_author on build_records (organization_id, author_id, created_at desc, id desc);
create index build_records_of_organization_by_state on build_records (organization_id, state, created_at desc, id desc);

-- What failed first in a build, without reading all its jobs.
create index jobs_failed on engine.jobs (build_id, finished_at) where state in ('failed', 'timed_out') and not soft_failed;

-- Who asked for the end of a build first.
alter table build_records add column canceled_by uuid references users on delete set null;
