-- Whether the server itself fetched a build's files and steps from the ref that the build names; what people bring is an upload, whatever branch it claims.
alter table build_records add column ref_class text not null default 'upload' check (ref_class in ('fetched', 'upload'));
-- Only triggers make builds of these events. Of those that were made once more, nobody knows whether variables were laid over them.
update build_records set ref_class = 'fetched' where event in ('push', 'pull_request', 'schedule') and rebuild_of is null;

-- Uploads may read it too, in spite of its limits.
alter table secrets add column uploads boolean not null default false;

-- Branches whose cache entries nobody but such branches makes, beside the default branch; globs.
alter table pipelines add column protected_branches text[] not null default '{}';
-- Builds of the pipeline find each other's cache entries, whatever ref they are of.
alter table pipelines add column cache_share boolean not null default false;
