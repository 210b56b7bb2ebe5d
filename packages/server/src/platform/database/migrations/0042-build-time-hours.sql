-- The sums of build_times by hour, so that a pipeline of a hundred thousand builds is summed up in some hundred rows. The database
-- keeps them, in the statement that changes a row, also for processes of the release before.
lock table build_times in share row exclusive mode;

create table build_time_hours (
  pipeline_id uuid not null references pipelines on delete cascade,
  -- Its beginning.
  hour timestamptz not null,
  builds integer not null,
  flaky_builds integer not null,
  flaky_ms bigint not null,
  missed_ms bigint not null, command_ms bigint not null, queue_ms bigint not null, group_ms bigint not null,
  approval_ms bigint not null, place_ms bigint not null, failed_ms bigint not null, delay_ms bigint not null,
  lost_ms bigint not null, fetch_ms bigint not null, source_ms bigint not null, sandbox_ms bigint not null,
  start_ms bigint not null, artifacts_ms bigint not null, snapshot_ms bigint not null, render_ms bigint not null,
  other_ms bigint not null, missed_builds integer not null, command_builds integer not null,
  queue_builds integer not null, group_builds integer not null, approval_builds integer not null,
  place_builds integer not null, failed_builds integer not null, delay_builds integer not null,
  lost_builds integer not null, fetch_builds integer not null, source_builds integer not null,
  sandbox_builds integer not null, start_builds integer not null, artifacts_builds integer not null,
  snapshot_builds integer not null, render_builds integer not null, other_builds integer not null,
  primary key (pipeline_id, hour)
);
create index build_time_hours_by_age on build_time_hours (hour);

create function hour_of(at timestamptz) returns timestamptz language sql immutable as $$
  select date_bin('1 hour', at, timestamptz 'epoch')
$$;

-- Adds a row to its hour, or takes it away: `sign` is 1 or -1.
create function add_build_time(t build_times, sign integer) returns void language plpgsql as $$
declare
  total bigint := t.command_ms::bigint + t.queue_ms::bigint + t.group_ms::bigint + t.approval_ms::bigint +
    t.place_ms::bigint + t.failed_ms::bigint + t.delay_ms::bigint + t.lost_ms::bigint + t.fetch_ms::bigint +
    t.source_ms::bigint + t.sandbox_ms::bigint + t.start_ms::bigint + t.artifacts_ms::bigint + t.snapshot_ms::bigint +
    t.render_ms::bigint + t.other_ms::bigint;
begin
  -- Old hours are removed before their rows, and all of a pipeline with it.
  if sign < 0 and not exists (select from build_time_hours h where h.pipeline_id = t.pipeline_id and h.hour = hour_of(t.ended_at)) then
    return;
  end if;
  insert into build_time_hours as h (
    pipeline_id, hour,
    builds, flaky_builds, flaky_ms, missed_ms, command_ms, queue_ms, group_ms, approval_ms, place_ms, failed_ms,
    delay_ms, lost_ms, fetch_ms, source_ms, sandbox_ms, start_ms, artifacts_ms, snapshot_ms, render_ms, other_ms,
    missed_builds, command_builds, queue_builds, group_builds, approval_builds, place_builds, failed_builds,
    delay_builds, lost_builds, fetch_builds, source_builds, sandbox_builds, start_builds, artifacts_builds,
    snapshot_builds, render_builds, other_builds)
  values (
    t.pipeline_id, hour_of(t.ended_at),
    sign, sign * t.is_flaky::integer, case when t.is_flaky then sign * total else 0 end, sign * t.missed_ms::bigint,
    sign * t.command_ms::bigint, sign * t.queue_ms::bigint, sign * t.group_ms::bigint, sign * t.approval_ms::bigint,
    sign * t.place_ms::bigint, sign * t.failed_ms::bigint, sign * t.delay_ms::bigint, sign * t.lost_ms::bigint,
    sign * t.fetch_ms::bigint, sign * t.source_ms::bigint, sign * t.sandbox_ms::bigint, sign * t.start_ms::bigint,
    sign * t.artifacts_ms::bigint, sign * t.snapshot_ms::bigint, sign * t.render_ms::bigint, sign * t.other_ms::bigint,
    sign * (t.missed_ms > 0)::integer, sign * (t.command_ms > 0)::integer, sign * (t.queue_ms > 0)::integer,
    sign * (t.group_ms > 0)::integer, sign * (t.approval_ms > 0)::integer, sign * (t.place_ms > 0)::integer,
    sign * (t.failed_ms > 0)::integer, sign * (t.delay_ms > 0)::integer, sign * (t.lost_ms > 0)::integer,
    sign * (t.fetch_ms > 0)::integer, sign * (t.source_ms > 0)::integer, sign * (t.sandbox_ms > 0)::integer,
    sign * (t.start_ms > 0)::integer, sign * (t.artifacts_ms > 0)::integer, sign * (t.snapshot_ms > 0)::integer,
    sign * (t.render_ms > 0)::integer, sign * (t.other_ms > 0)::integer)
  on conflict (pipeline_id, hour) do update set
    builds = h.builds + excluded.builds, flaky_builds = h.flaky_builds + excluded.flaky_builds,
    flaky_ms = h.flaky_ms + excluded.flaky_ms, missed_ms = h.missed_ms + excluded.missed_ms,
    command_ms = h.command_ms + excluded.command_ms, queue_ms = h.queue_ms + excluded.queue_ms,
    group_ms = h.group_ms + excluded.group_ms, approval_ms = h.approval_ms + excluded.approval_ms,
    place_ms = h.place_ms + excluded.place_ms, failed_ms = h.failed_ms + excluded.failed_ms,
    delay_ms = h.delay_ms + excluded.delay_ms, lost_ms = h.lost_ms + excluded.lost_ms,
    fetch_ms = h.fetch_ms + excluded.fetch_ms, source_ms = h.source_ms + excluded.source_ms,
    sandbox_ms = h.sandbox_ms + excluded.sandbox_ms, start_ms = h.start_ms + excluded.start_ms,
    artifacts_ms = h.artifacts_ms + excluded.artifacts_ms, snapshot_ms = h.snapshot_ms + excluded.snapshot_ms,
    render_ms = h.render_ms + excluded.render_ms, other_ms = h.other_ms + excluded.other_ms,
    missed_builds = h.missed_builds + excluded.missed_builds,
    command_builds = h.command_builds + excluded.command_builds, queue_builds = h.queue_builds + excluded.queue_builds,
    group_builds = h.group_builds + excluded.group_builds,
    approval_builds = h.approval_builds + excluded.approval_builds,
    place_builds = h.place_builds + excluded.place_builds, failed_builds = h.failed_builds + excluded.failed_builds,
    delay_builds = h.delay_builds + excluded.delay_builds, lost_builds = h.lost_builds + excluded.lost_builds,
    fetch_builds = h.fetch_builds + excluded.fetch_builds, source_builds = h.source_builds + excluded.source_builds,
    sandbox_builds = h.sandbox_builds + excluded.sandbox_builds, start_builds = h.start_builds + excluded.start_builds,
    artifacts_builds = h.artifacts_builds + excluded.artifacts_builds,
    snapshot_builds = h.snapshot_builds + excluded.snapshot_builds,
    render_builds = h.render_builds + excluded.render_builds, other_builds = h.other_builds + excluded.other_builds;
end $$;

create function keep_build_time_hours() returns trigger language plpgsql as $$
begin
  -- A newer end replaces an earlier one, so hours are locked in their order.
  if tg_op <> 'INSERT' then
    perform add_build_time(old, -1);
  end if;
  if tg_op <> 'DELETE' then
    perform add_build_time(new, 1);
  end if;
  return null;
end $$;
create trigger keep_build_time_hours after insert or update or delete on build_times
  for each row execute function keep_build_time_hours();

insert into build_time_hours (
  pipeline_id, hour,
  builds, flaky_builds, flaky_ms, missed_ms, command_ms, queue_ms, group_ms, approval_ms, place_ms, failed_ms,
  delay_ms, lost_ms, fetch_ms, source_ms, sandbox_ms, start_ms, artifacts_ms, snapshot_ms, render_ms, other_ms,
  missed_builds, command_builds, queue_builds, group_builds, approval_builds, place_builds, failed_builds,
  delay_builds, lost_builds, fetch_builds, source_builds, sandbox_builds, start_builds, artifacts_builds,
  snapshot_builds, render_builds, other_builds)
select
  pipeline_id, hour_of(ended_at),
  count(*), count(*) filter (where is_flaky),
  coalesce(sum(command_ms::bigint + queue_ms::bigint + group_ms::bigint + approval_ms::bigint + place_ms::bigint +
    failed_ms::bigint + delay_ms::bigint + lost_ms::bigint + fetch_ms::bigint + source_ms::bigint + sandbox_ms::bigint +
    start_ms::bigint + artifacts_ms::bigint + snapshot_ms::bigint + render_ms::bigint +
    other_ms::bigint) filter (where is_flaky), 0),
  sum(missed_ms), sum(command_ms), sum(queue_ms), sum(group_ms), sum(approval_ms), sum(place_ms), sum(failed_ms),
  sum(delay_ms), sum(lost_ms), sum(fetch_ms), sum(source_ms), sum(sandbox_ms), sum(start_ms), sum(artifacts_ms),
  sum(snapshot_ms), sum(render_ms), sum(other_ms), count(*) filter (where missed_ms > 0),
  count(*) filter (where command_ms > 0), count(*) filter (where queue_ms > 0), count(*) filter (where group_ms > 0),
  count(*) filter (where approval_ms > 0), count(*) filter (where place_ms > 0), count(*) filter (where failed_ms > 0),
  count(*) filter (where delay_ms > 0), count(*) filter (where lost_ms > 0), count(*) filter (where fetch_ms > 0),
  count(*) filter (where source_ms > 0), count(*) filter (where sandbox_ms > 0), count(*) filter (where start_ms > 0),
  count(*) filter (where artifacts_ms > 0), count(*) filter (where snapshot_ms > 0),
  count(*) filter (where render_ms > 0), count(*) filter (where other_ms > 0)
  from build_times group by 1, 2;
