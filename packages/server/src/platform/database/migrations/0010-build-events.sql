-- That builds changed, for the organization's event stream. Kept for a day.
-- Numbers are given before transactions are committed, so a reader goes by transaction first and reads only what no open one can come before.
create table build_events (
  transaction xid8 not null default pg_current_xact_id(),
  id bigint generated always as identity,
  organization_id uuid not null,
  build_id uuid not null,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  primary key (transaction, id)
);
create index build_events_of_organization on build_events (organization_id, transaction, id);
create index build_events_by_age on build_events (created_at);
