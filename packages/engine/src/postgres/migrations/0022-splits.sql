-- Whether the server has fetched the build's source from its ref itself. Reports of earlier releases do not say so.
alter table engine.test_reports add column fetched boolean not null default false;
-- The reports whose times splits go by.
create index test_reports_timed on engine.test_reports (pipeline, fetched, id) where at is not null and trusted and not cached and not thinned;

-- How the files of a split were dealt out to its shards, once for all attempts of a build. The key is a digest of what is split.
create table engine.splits (
  build_id uuid not null references engine.builds on delete cascade,
  key text not null,
  shards json not null,
  primary key (build_id, key)
);
