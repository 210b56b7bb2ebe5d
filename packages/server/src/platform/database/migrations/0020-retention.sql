-- What is kept for a time only.

-- When a log was removed, and how long logs were kept then. The row stays, to say so; its bytes go an hour later.
alter table packed_logs add column removed_at timestamptz, add column kept_days integer;
alter table packed_logs alter column index drop not null;
alter table packed_logs drop constraint packed_logs_check;
alter table packed_logs add constraint packed_logs_bytes
  check (num_nonnulls(blob, small) = 1 or (removed_at is not null and num_nonnulls(blob, small, index) = 0));
alter table packed_logs add constraint packed_logs_removed check ((removed_at is null) = (kept_days is null));
-- Where the command wrote nothing, there is nothing to remove.
create index packed_logs_kept on packed_logs (packed_at) where removed_at is null and bytes > 0;
create index packed_logs_emptied on packed_logs (removed_at) where index is not null and removed_at is not null;

-- When the source archive was removed, and when it was wanted last: for a retry or a rebuild.
alter table build_records add column source_removed_at timestamptz, add column source_wanted_at timestamptz;
create index build_records_with_source on build_records (created_at) where source_blob is not null;
