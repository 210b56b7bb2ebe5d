-- What a personal key makes ends with it: the sessions of programs that it signed in, and further keys.
alter table sessions add column key_id uuid references api_keys on delete cascade;
create index sessions_of_key on sessions (key_id) where key_id is not null;
alter table api_keys add column made_by_key_id uuid references api_keys on delete cascade;
create index api_keys_of_key on api_keys (made_by_key_id) where made_by_key_id is not null;

-- Sessions that keys have made may do all that their user may. Those that end early can be told from others, and end now.
delete from sessions where kind = 'cli' and expires_at < created_at + interval '29 days';
