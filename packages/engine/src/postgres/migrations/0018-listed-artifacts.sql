-- Artifacts are listed by path, bytewise, so that the files of a directory stand together.
drop index engine.artifacts_of_build;
alter table engine.artifacts alter column path type text collate "C";
create index artifacts_of_build on engine.artifacts (build_id, path, job_id, position);
-- When the owner of the parts gave the bytes up. The row stays for a time, to say so.
alter table engine.artifacts add column expired_at timestamptz;
