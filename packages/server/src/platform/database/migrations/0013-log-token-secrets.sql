-- Keys of log tokens, encrypted. After a change tokens of the one before count for an hour more.
create table log_token_secrets (
  -- SHA-256 of the key.
  fingerprint text primary key,
  sealed bytea not null,
  -- null: in use.
  counts_until timestamptz
);
