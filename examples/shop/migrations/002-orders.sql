create table orders (
  id integer generated always as identity primary key,
  customer text not null,
  cents integer not null,
  placed_at timestamptz not null default now()
);
create table order_lines (
  order_id integer not null references orders on delete cascade,
  product_id integer not null references products,
  count integer not null check (count > 0),
  primary key (order_id, product_id)
);
