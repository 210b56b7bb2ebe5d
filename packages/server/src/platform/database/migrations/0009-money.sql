-- Money and use stay when an organization or a pipeline goes, so nothing here refers to their rows.

-- Job attempts that have ended and are still to be charged: written in the transaction that ends them, gone with the lease that they become.
create table unmetered_jobs (
  job_id uuid primary key,
  organization_id uuid not null,
  build_id uuid not null,
  step_key text not null,
  job_name text not null,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  cpu_count integer not null,
  memory_gb integer not null,
  disk_gb integer not null
);
create index unmetered_jobs_of_organization on unmetered_jobs (organization_id, finished_at);

-- What was used: one row for each attempt that ran, with the rates of its time.
create table vm_leases (
  job_id uuid primary key,
  organization_id uuid not null,
  build_id uuid not null,
  step_key text not null,
  job_name text not null,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  seconds bigint not null,
  cpu_count integer not null,
  memory_gb integer not null,
  disk_gb integer not null,
  -- Micro-cents a second.
  vcpu_rate bigint not null,
  memory_rate bigint not null,
  disk_rate bigint not null,
  -- Micro-cents, and the whole cents of them that the ledger was debited.
  cost bigint not null,
  debit_cents bigint not null
);
create index vm_leases_of_organization on vm_leases (organization_id, started_at);
create index vm_leases_of_build on vm_leases (build_id, started_at);

-- The balance is kept so that a gate need not add up the ledger; an hourly task compares the two.
create table billing_accounts (
  organization_id uuid primary key,
  balance_cents bigint not null default 0,
  -- Micro-cents that were used and are less than a cent.
  carry bigint not null default 0
);

create table ledger_entries (
  id uuid primary key,
  organization_id uuid not null,
  amount_cents bigint not null check (amount_cents <> 0),
  source text not null check (source in ('stripe_topup', 'coupon_redemption', 'admin_grant', 'vm_lease_debit', 'refund')),
  description text,
  job_id uuid unique,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
create index ledger_by_age on ledger_entries (organization_id, created_at desc, id desc);
create index ledger_by_source on ledger_entries (organization_id, source, created_at desc, id desc);

create function ledger_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is only ever added to';
end $$;
create trigger ledger_is_append_only before update or delete on ledger_entries
  for each row execute function ledger_is_append_only();
create trigger ledger_is_never_emptied before truncate on ledger_entries
  for each statement execute function ledger_is_append_only();
