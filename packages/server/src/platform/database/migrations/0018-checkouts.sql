-- Money that comes in through Stripe. Like all of money these rows stay when an organization or a user goes.
create table stripe_customers (
  organization_id uuid primary key,
  customer_id text not null unique
);

create table checkouts (
  id uuid primary key,
  organization_id uuid not null,
  user_id uuid not null,
  amount_cents bigint not null check (amount_cents > 0),
  state text not null default 'open' check (state in ('open', 'complete', 'expired', 'failed')),
  -- null until Stripe has made the page.
  session_id text unique,
  url text,
  -- What was paid, for a refund.
  payment_intent text,
  entry_id uuid unique references ledger_entries,
  created_at timestamptz not null default now()
);
create index checkouts_paid_by on checkouts (user_id) where state = 'complete';

-- The events that were acted on. Their ids are the only thing deduplicated.
create table stripe_events (
  id text primary key,
  type text not null,
  received_at timestamptz not null default now()
);
create index stripe_events_by_age on stripe_events (received_at);

create table checkout_refunds (
  id uuid primary key,
  checkout_id uuid not null unique references checkouts,
  -- null until Stripe has taken it.
  entry_id uuid unique references ledger_entries,
  created_at timestamptz not null default now()
);
