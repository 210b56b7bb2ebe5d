-- Like all of money, coupons and what came of them stay when an organization or a user goes.
create table coupons (
  id uuid primary key,
  -- As the operator wrote it, and as it is looked for.
  code text not null,
  code_key text not null unique,
  credit_cents bigint not null check (credit_cents > 0),
  max_redemptions integer not null check (max_redemptions > 0),
  redemptions integer not null default 0 check (redemptions between 0 and max_redemptions),
  expires_at timestamptz,
  created_at timestamptz not null default now()
);

create table coupon_redemptions (
  coupon_id uuid not null references coupons,
  organization_id uuid not null,
  user_id uuid not null,
  entry_id uuid not null unique references ledger_entries,
  created_at timestamptz not null default now(),
  primary key (coupon_id, organization_id)
);
create index coupon_redemptions_of_user on coupon_redemptions (user_id);
