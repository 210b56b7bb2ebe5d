-- What each cached step was looked up with, so that a page can say what a hit came from and what was not as it was.
create table engine.cache_look_ups (
  job_id uuid primary key references engine.jobs on delete cascade,
  at timestamptz not null,
  place text not null,
  places text[] not null,
  key text not null,
  -- json, not jsonb: nobody looks inside.
  inputs json not null,
  hit json
);
create index cache_look_ups_of_step on engine.cache_look_ups (place, at desc);
create index cache_look_ups_key on engine.cache_look_ups (key);
