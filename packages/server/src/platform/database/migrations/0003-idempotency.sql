-- What became of requests with an `Idempotency-Key`, for 24 hours.
create table idempotency_keys (
  user_id uuid not null references users on delete cascade,
  operation_id text not null,
  key text not null,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  -- The request that works on it, and until when nobody else may: a process that lives moves the end on.
  attempt_id uuid not null,
  lease_until timestamptz not null,
  -- SHA-256 of path and body; null until the body has been read.
  request_hash text,
  -- What was made of it, written by the transaction that made it. From then on nothing is made again.
  subject text,
  -- The answer; null until there is one.
  status smallint,
  headers text,
  body text,
  primary key (user_id, operation_id, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
