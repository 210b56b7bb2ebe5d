-- How an invite ended that is no more, so that who opens its link is told; kept for a month. Nobody can be found by it who does not have the link.
create table ended_invites (
  token_hash text primary key,
  how text not null check (how in ('accepted', 'revoked', 'expired')),
  ended_at timestamptz not null default now()
);
create index ended_invites_by_age on ended_invites (ended_at);
