-- Shells that were asked for and not entered yet. The token is nowhere; its hash is how the ticket is found, and taking it deletes it.
create table shell_tickets (
  token_hash text primary key,
  organization_id uuid not null references organizations on delete cascade,
  build_id uuid not null references build_records on delete cascade,
  job_id uuid not null,
  -- As the step's command found the file system, rather than as it left it.
  is_before boolean not null,
  user_id uuid not null references users on delete cascade,
  -- What it was asked for with: whoever loses that loses the ticket, and the shell.
  session_id uuid references sessions on delete cascade,
  key_id uuid references api_keys on delete cascade,
  expires_at timestamptz not null,
  check (num_nonnulls(session_id, key_id) = 1)
);
create index shell_tickets_of_organization on shell_tickets (organization_id);
create index shell_tickets_of_build on shell_tickets (build_id);
create index shell_tickets_of_user on shell_tickets (user_id);
create index shell_tickets_of_session on shell_tickets (session_id);
create index shell_tickets_of_key on shell_tickets (key_id);
create index shell_tickets_by_expiry on shell_tickets (expires_at);
