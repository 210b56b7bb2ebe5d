-- Keys that sign the identity tokens of steps. Everybody may see the public half while the row is there; the key signs from `used_from` on, until the next one does.
create table id_token_keys (
  -- The next key has the next number, so that of several processes one makes it.
  number integer primary key,
  kid text not null unique,
  public_key jsonb not null,
  sealed_key bytea not null,
  used_from timestamptz not null
);

-- Issued tokens are remembered for a year, unlike all else that is audited.
create index audit_events_of_id_tokens on audit_events (created_at) where action = 'id_token.issued';
