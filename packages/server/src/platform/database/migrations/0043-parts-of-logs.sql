-- The blobs that keep a packed log: what was kept while its job wrote, and then what was still in the database. Blocks of its index say where they are in them.
create table packed_log_parts (
  job_id uuid not null references packed_logs on delete cascade,
  place integer not null,
  blob text not null,
  primary key (job_id, place)
);
create index packed_log_parts_by_blob on packed_log_parts (blob);
-- How many there are, for a log that is kept so. `small` is the last part of one whose rest is small.
alter table packed_logs add column parts integer;
alter table packed_logs drop constraint packed_logs_bytes;
-- True of every row so far.
alter table packed_logs add constraint packed_logs_bytes check (
  (parts is null and num_nonnulls(blob, small) = 1) or (parts is not null and blob is null and index is not null)
  or (removed_at is not null and num_nonnulls(blob, small, index, parts) = 0)) not valid;
