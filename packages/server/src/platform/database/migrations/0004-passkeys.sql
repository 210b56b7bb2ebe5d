-- Passkeys, the mailed links by which one comes to have one, and mails of a server without a mail server.

-- What authenticators know a user by: random, the same for all passkeys of a user, and telling nothing of them.
alter table users add column passkey_handle bytea;
-- Partial, so that PostgreSQL does not take it for a key that others may refer to: writing it then never waits for those who refer to the user.
create unique index users_passkey_handle on users (passkey_handle) where passkey_handle is not null;

create table passkeys (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  credential_id bytea not null unique,
  -- A COSE key.
  public_key bytea not null,
  -- How often the authenticator says that it has signed; 0 when it does not count.
  counter bigint not null,
  transports text[] not null,
  aaguid uuid,
  nickname text not null,
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  last_used_at timestamptz,
  -- Its counter went back: there may be a copy of it.
  locked_at timestamptz
);
create index passkeys_of_user on passkeys (user_id, created_at desc, id desc);

create table passkey_challenges (
  id uuid primary key,
  purpose text not null check (purpose in ('signup', 'login', 'register', 'recover', 'setup')),
  challenge bytea not null,
  -- Whose it is: a user's (register), or that of whoever holds the token with this hash (signup, recover, setup).
  user_id uuid references users on delete cascade,
  token_hash text,
  -- The handle that the new passkey was made for.
  user_handle bytea,
  expires_at timestamptz not null
);
create index passkey_challenges_by_expiry on passkey_challenges (expires_at);
create index passkey_challenges_of_user on passkey_challenges (user_id) where user_id is not null;

create table signup_verifications (
  token_hash text primary key,
  email text not null,
  name text not null,
  expires_at timestamptz not null
);
create index signup_verifications_by_expiry on signup_verifications (expires_at);

create table recovery_links (
  token_hash text primary key,
  user_id uuid not null references users on delete cascade,
  tries integer not null default 0,
  expires_at timestamptz not null
);
create index recovery_links_of_user on recovery_links (user_id);
create index recovery_links_by_expiry on recovery_links (expires_at);

create table setup_links (
  token_hash text primary key,
  -- Whom it lets in; null = it makes the first administrator.
  user_id uuid references users on delete cascade,
  expires_at timestamptz not null
);
create index setup_links_of_user on setup_links (user_id);

create table mailbox (
  id uuid primary key,
  recipient text not null,
  subject text not null,
  body text not null,
  links text[] not null,
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp())
);
create index mailbox_by_age on mailbox (created_at desc, id desc);
