-- Who is told of what. Where it goes is sealed under `notification/<id>`: addresses of webhooks are often secrets themselves.
create table notifications (
  id uuid primary key,
  organization_id uuid not null references organizations on delete cascade,
  -- null: of every pipeline.
  pipeline_id uuid references pipelines on delete cascade,
  kind text not null check (kind in ('webhook', 'slack', 'email')),
  events text[] not null,
  -- Globs of branches; null: every build. Builds of tags and pull requests are of no branch.
  branches text[],
  -- Where it goes, as people see it.
  target text not null,
  -- The member that mails go to.
  user_id uuid references users on delete cascade,
  -- {url, secret, earlier}; null for mails.
  sealed_address bytea,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  created_by uuid references users on delete set null,
  -- Failures in a row of the receiver, not of a message; until then it is left alone.
  failures integer not null default 0,
  retry_at timestamptz,
  -- Since when nothing has arrived.
  failing_since timestamptz,
  disabled_at timestamptz,
  -- The process that sends to it, by a number of its own, until it is taken for dead.
  claim uuid,
  claimed_until timestamptz
);
create index notifications_of_organization on notifications (organization_id, created_at);
create index notifications_of_pipeline on notifications (pipeline_id) where pipeline_id is not null;
create index notifications_of_user on notifications (user_id);
create index notifications_by_maker on notifications (created_by);

-- What happened, until it is known who is to be told.
create table notification_events (
  id bigint generated always as identity primary key,
  build_id uuid not null references build_records on delete cascade,
  -- The most telling first: `broke` before `finished`.
  events text[] not null,
  -- The state of the build then.
  state text not null,
  -- Ids of the tests that were proved flaky.
  tests bigint[],
  at timestamptz not null
);
create index notification_events_of_build on notification_events (build_id);

create table notification_deliveries (
  -- The idempotency key of every attempt.
  id uuid primary key,
  notification_id uuid not null references notifications on delete cascade,
  position bigint not null generated always as identity,
  event text not null,
  -- Every attempt sends these bytes.
  body text not null,
  state text not null check (state in ('waiting', 'sent', 'failed')),
  -- When it happened, and until when it is tried.
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- Not before: its receiver has refused this message, and takes others.
  next_at timestamptz not null,
  attempts integer not null default 0,
  last_at timestamptz,
  last_status integer,
  last_answer text
);
create index notification_deliveries_waiting on notification_deliveries (notification_id, created_at, position)
  where state = 'waiting';
create index notification_deliveries_by_age on notification_deliveries (notification_id, created_at, id);
create index notification_deliveries_ended on notification_deliveries (created_at);

-- The newest build that passed or failed of every branch, tag and pull request: `broke`, `fixed` and badges go by it. Its row is
-- locked until the build that changes it has ended, so that builds that end at the same time are compared in turn.
create table branch_results (
  pipeline_id uuid not null references pipelines on delete cascade,
  ref text not null,
  number integer not null,
  state text not null check (state in ('passed', 'failed')),
  -- The state before this one.
  before text,
  ref_class text not null,
  decided_at timestamptz not null,
  primary key (pipeline_id, ref)
);
create index branch_results_by_age on branch_results (decided_at);

create function ref_of_build(branch text, tag text, pull_request jsonb) returns text language sql immutable as $$
  select case when pull_request is not null then 'pull request ' || (pull_request->>'number')
              when tag is not null then 'refs/tags/' || tag else 'refs/heads/' || branch end
$$;

insert into branch_results (pipeline_id, ref, number, state, ref_class, decided_at)
select distinct on (pipeline_id, ref_of_build(branch, tag, pull_request))
       pipeline_id, ref_of_build(branch, tag, pull_request), number, state, ref_class, created_at
  from build_records where state in ('passed', 'failed')
 order by pipeline_id, ref_of_build(branch, tag, pull_request), ref_class = 'fetched' desc, number desc;

-- Keeps the result of a build that has passed or failed, and returns what it changed: `broke`, `fixed`, or null. A build that began
-- before the kept one says nothing new. An upload only claims its branch, so it counts where the server fetches nothing itself.
-- A rebuild counts for a branch only if it repeats the kept build.
create function keep_branch_result(r build_records) returns text language plpgsql as $$
declare
  earlier text;
begin
  insert into branch_results as b (pipeline_id, ref, number, state, ref_class, decided_at)
  values (r.pipeline_id, ref_of_build(r.branch, r.tag, r.pull_request), r.number, r.state, r.ref_class, now())
  on conflict (pipeline_id, ref) do update
     set number = excluded.number, state = excluded.state, before = b.state, ref_class = excluded.ref_class,
         decided_at = excluded.decided_at
   where excluded.number >= b.number
     and (r.rebuild_of is null or r.rebuild_of = b.number or excluded.number = b.number)
     and (excluded.ref_class = 'fetched' or b.ref_class <> 'fetched' or not exists (
           select from pipelines p join active_repositories c on c.organization_id = p.organization_id
            where p.id = r.pipeline_id and lower(c.owner || '/' || c.name) = lower(p.repo_name)))
  returning coalesce(b.before, 'none') into earlier;
  if earlier is null then
    return null;
  end if;
  return case when r.state = 'failed' and earlier <> 'failed' then 'broke'
              when r.state = 'passed' and earlier = 'failed' then 'fixed' end;
end $$;

-- Notes an event of a build where somebody is to be told, with the task that tells them, in the transaction that causes it.
create function note_build_event(build uuid, told text[], of_tests bigint[]) returns void language plpgsql as $$
declare
  noted bigint;
begin
  insert into notification_events (build_id, events, state, tests, at)
  select r.id, told, r.state, of_tests, clock_timestamp() from build_records r
   where r.id = build and exists (
     select from notifications n
      where n.organization_id = r.organization_id and n.events && told and n.disabled_at is null
        and (n.pipeline_id is null or n.pipeline_id = r.pipeline_id))
  returning id into noted;
  if noted is not null then
    perform graphile_worker.add_job('tell_event', json_build_object('event_id', noted::text), queue_name := 'tell_events');
  end if;
end $$;

create function note_end_of_build() returns trigger language plpgsql as $$
declare
  change text;
begin
  if new.state in ('passed', 'failed') then
    change := keep_branch_result(new);
  end if;
  perform note_build_event(new.id, array_remove(array[change, 'finished'], null), null);
  return null;
end $$;

-- By the database, because a build may end as it is made, and in a process of the release before.
create trigger note_end_of_build after update of state on build_records
  for each row when (old.state is distinct from new.state and new.state in ('passed', 'failed', 'canceled'))
  execute function note_end_of_build();
create trigger note_end_of_new_build after insert on build_records
  for each row when (new.state in ('passed', 'failed', 'canceled')) execute function note_end_of_build();

create function note_held_build() returns trigger language plpgsql as $$
begin
  if (select b.held and b.finished_at is null from engine.builds b where b.id = new.id) then
    perform note_build_event(new.id, array['approval'], null);
  end if;
  return null;
end $$;
-- Only builds of forks wait for approval.
create trigger note_held_build after insert on build_records
  for each row when (new.trust = 'fork') execute function note_held_build();

-- Badges: who may see them, and the token that is sealed under `badge/<id of the pipeline>`.
alter table pipelines add column badge text not null default 'off' check (badge in ('off', 'public', 'token'));
alter table pipelines add column sealed_badge_token bytea;

-- Checks of pushes that no path filter matches: why there is no build, and the build of the branch that counts instead of one.
alter table checks add column skipped_because text;
alter table checks add column skipped_pipeline uuid references pipelines on delete cascade;
alter table checks add column skipped_fork text;
alter table checks add column counts_build uuid;
create index checks_counting_build on checks (counts_build) where counts_build is not null;
create unique index checks_skipped_once on checks (forge, forge_repository_id, commit, name) where skipped_because is not null;
create index checks_skipped_by_age on checks (created_at) where skipped_because is not null;
create index checks_skipped_of_pipeline on checks (skipped_pipeline) where skipped_pipeline is not null;
