create table products (
  id integer generated always as identity primary key,
  name text not null unique,
  cents integer not null check (cents > 0),
  stock integer not null check (stock >= 0)
);
insert into products (name, cents, stock) values ('Teapot', 2900, 5), ('Cup', 700, 40), ('Strainer', 450, 0);
