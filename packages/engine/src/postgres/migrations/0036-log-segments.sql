-- A segment: many chunks of a log in a blob. `seq` is that of the last, `places` says where they are in it, and `bytes` counts their output without remarks.
-- It has no content, so that a process of the release before fails to read or pack it, and takes nothing else for what it says.
alter table engine.log_chunks alter column content drop not null;
alter table engine.log_chunks add column blob text, add column bytes integer, add column places bytea;
-- True of every row so far: each has its content.
alter table engine.log_chunks add constraint log_chunks_kept
  check ((content is null) = (blob is not null and bytes is not null and places is not null)) not valid;
create index log_chunks_blobs on engine.log_chunks (blob) where blob is not null;
