-- Logs of ended jobs, packed. What a log says is in the blob, or here when it is small; a segment for each block of its index.
create table packed_logs (
  job_id uuid primary key references engine.jobs on delete cascade,
  blob text,
  small bytea,
  last_seq integer not null,
  -- Of the output, without remarks.
  bytes bigint not null,
  lines integer not null,
  first_error_line integer,
  -- Blocks, segments, errors, groups and remarks (`packed-index.ts`), compressed.
  index bytea not null,
  packed_at timestamptz not null default now(),
  check (num_nonnulls(blob, small) = 1)
);
-- Both are compressed already.
alter table packed_logs alter column small set storage external;
alter table packed_logs alter column index set storage external;
create index packed_logs_by_blob on packed_logs (blob) where blob is not null;

-- Ended jobs whose chunks are still rows of the engine.
create table unpacked_logs (
  job_id uuid primary key,
  pack_after timestamptz not null
);
create index unpacked_logs_due on unpacked_logs (pack_after);
insert into unpacked_logs (job_id, pack_after)
  select id, now() from engine.jobs j
   where (state in ('passed', 'failed', 'timed_out') or (state = 'canceled' and started_at is not null))
     and exists (select from engine.log_chunks c where c.job_id = j.id);
