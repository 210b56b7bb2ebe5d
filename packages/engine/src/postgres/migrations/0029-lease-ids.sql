-- Random ids of leases: a database that loses commits in a failover gives a fencing number again. Null for leases of earlier
-- releases, whose processes may still give some.
alter table engine.leases add column lease_id uuid;
alter table engine.jobs add column lease_id uuid;

-- Since when some process has always taken renewals, and when one last said so. Without one, no lease runs out.
create table engine.renewals (
  id boolean primary key default true check (id),
  since timestamptz not null,
  seen_at timestamptz not null
) with (fillfactor = 10);
