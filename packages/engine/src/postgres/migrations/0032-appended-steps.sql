-- Steps that generators appended to a build; those of its pipeline are in engine.plans.
create table engine.appended_steps (
  build_id uuid not null references engine.builds on delete cascade,
  step integer not null,
  document json not null,
  primary key (build_id, step)
);

-- Whether the step is a generator: until it has ended, more steps may start from those of its build.
alter table engine.jobs add column appends boolean;
create index jobs_appending on engine.jobs (build_id) where appends;
