-- Shells that runners elsewhere are asked for, and those that they are opening. A ticket is of use only with a token of its
-- runner, so it is kept as it is: the process that tells the runner may be another one than the one that made it.
create table runner_shells (
  ticket text primary key,
  runner_id uuid not null references runners on delete cascade,
  build_id uuid not null references build_records on delete cascade,
  job_id uuid not null,
  is_before boolean not null,
  -- Where the process of the server listens that has the person's connection.
  address text not null,
  -- When the runner has dialled; a ticket is good for one connection.
  entered_at timestamptz,
  expires_at timestamptz not null
);
create index runner_shells_of_runner on runner_shells (runner_id);
create index runner_shells_of_build on runner_shells (build_id);
create index runner_shells_by_expiry on runner_shells (expires_at);
