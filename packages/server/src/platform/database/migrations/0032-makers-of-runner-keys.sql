-- Keys that people make, as opposed to the operator's command, live as long as their maker may make them.
alter table runner_keys
  add column by_person boolean not null default false,
  add column made_by uuid references users on delete set null;
create index runner_keys_made_by on runner_keys (made_by) where made_by is not null;
