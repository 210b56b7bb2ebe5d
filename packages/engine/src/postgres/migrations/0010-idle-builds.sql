-- Milliseconds after its start in which a build was over, until it was tried again.
alter table engine.builds add column idle_ms bigint not null default 0;

-- Of builds that were tried again before: the time in which no attempt of theirs ran.
with ran as (
  select build_id, started_at, coalesce(finished_at, now()) as ended_at
    from engine.jobs
   where started_at is not null
     and build_id in (select j.build_id from engine.jobs j join engine.jobs p on p.id = j.previous_attempt where j.created_at > p.finished_at)),
gaps as (
  select build_id, started_at - max(ended_at) over (partition by build_id order by started_at, ended_at
                                                     rows between unbounded preceding and 1 preceding) as gap
    from ran),
idle as (
  select build_id, sum(extract(epoch from gap) * 1000)::bigint as ms from gaps where gap > interval '0' group by build_id)
update engine.builds b set idle_ms = idle.ms from idle where b.id = idle.build_id and b.started_at is not null;
