-- What the servers count from, by boot of their machines: all instants of builds are the boot clock's, which nobody sets, and `ahead_ms`.
create table engine.clocks (
  boot_id text primary key,
  -- The process that told last.
  teller text not null,
  ahead_ms double precision not null,
  -- Of this database's clock, which people may set.
  ahead_of_database_ms double precision not null,
  told_at timestamptz not null
);
