/** Builds the queries for the snapshots that the server should store. */
import { defaultPool } from '../../core/placement/reach.ts'
import { isHomeUnfit, lackingFiles, servedBy, withinRights } from '../waiting/reach-text.ts'

/** Maximum number of jobs that one query examines. */
const mostJobs = 200

// Another runner is asked when the first one does not have the files any more.
const insertText = `insert into engine.exports as known (snapshot, form, queue, pool, runner, build_id, job_id, asked_at)
  select distinct on (snapshot, form) snapshot, form, queue, pool, runner, build_id, job_id, $1::timestamptz from found
  order by snapshot, form, runner
  on conflict (snapshot, form) do update set runner = excluded.runner, queue = excluded.queue, pool = excluded.pool,
    build_id = excluded.build_id, job_id = excluded.job_id, asked_at = excluded.asked_at, ahead = false
  where known.stored_at is null and known.refused is null and (known.ahead or known.runner <> excluded.runner)
  returning runner`

/** Selects the job that made a file of a ready row. */
const makerText = `select j.id from engine.jobs j where j.build_id = r.build_id and j.runner = f.holder
    and (j.snapshot = f.snapshot or j.service_snapshots is not null
      and exists (select from json_each_text(j.service_snapshots) s where s.value = f.snapshot))
  order by j.attempt desc limit 1`

// Jobs that the runner with their files cannot take are not left to it first.
// $1: now; $2: latest time at which another job became ready; $3: earliest time at which a runner was
// seen; $4: form; from $5 on: the taker.
export const wantText = `with newest as (
    select * from engine.ready r where r.gate is null and r.files is not null and r.ready_at > $2
    order by r.ready_at limit ${mostJobs}),
  waiting as (
    (select r.job_id, r.build_id, r.queue, r.files, r.holders from engine.ready r
    where r.gate is null and r.files is not null and r.ready_at <= $2 and ${withinRights('r', 5)}
    order by r.ready_at limit ${mostJobs})
    union all
    select r.job_id, r.build_id, r.queue, r.files, r.holders from newest r
    where ${withinRights('r', 5)} and ${isHomeUnfit('r')}),
  found as (
    select f.snapshot, $4::text as form, r.queue, coalesce(x.pool, '${defaultPool}') as pool, x.id as runner, r.build_id,
      coalesce(j.id, r.job_id) as job_id
    from waiting r cross join lateral (${lackingFiles('r', 5)}) f
      join engine.runners x on x.id = f.holder and x.forms is not null and x.seen_at > $3
        and coalesce(x.pool, '${defaultPool}') = coalesce($6, '${defaultPool}')
      left join lateral (${makerText}) j on true
    where not exists (select from engine.exports e where e.snapshot = f.snapshot and e.refused is not null))
  ${insertText}`

// Checked once, before the joins: usually no runner drains, and then no job is read.
const someDrain = 'exists (select from draining)'

// $1: now; $2: earliest time at which a runner was seen. Requests the files that unpassed jobs of
// unfinished builds start from.
export const wantOfDrainingText = `with draining as (
    select id, coalesce(pool, '${defaultPool}') as pool from engine.runners where drains_at is not null and forms is not null and seen_at > $2),
  opened as (
    update engine.ready r set open_at = r.ready_at from draining d
    where ${someDrain} and r.holders is not null and r.holders[1] = d.id and r.open_at > r.ready_at),
  found as (
    select s.snapshot, 'erofs'::text as form, b.queue, d.pool, d.id as runner, b.id as build_id, j.id as job_id
    from draining d cross join engine.builds b join engine.jobs j on j.build_id = b.id and j.runner = d.id and j.step is not null
      cross join lateral (
        select j.snapshot where j.snapshot is not null
        union select value from json_each_text(coalesce(j.service_snapshots, '{}'::json))) s(snapshot)
    where ${someDrain} and b.finished_at is null and exists (
        select from engine.jobs c where c.build_id = b.id and c.state in ('pending', 'scheduled', 'assigned', 'running')
          and (c.builds_in = j.step or j.step = any(c.inputs_from) or j.service_snapshots is not null))
      and not exists (select from engine.exports e where e.snapshot = s.snapshot and (e.refused is not null or e.form = 'erofs' and e.runner = d.id and not e.ahead)))
  ${insertText}`

// $1: latest time at which a job became ready; $2: earliest time at which runners were seen. Finds
// the files of jobs that another runner with a slot and the files could take, with the number of
// files that their runner is still sending.
export const crowdedText = `with waiting as (
    select r.job_id, r.build_id, r.queue, r.pool, r.labels, r.files, r.holders from engine.ready r
    where r.gate is null and r.files is not null and r.ready_at <= $1 order by r.ready_at limit ${mostJobs})
  select f.snapshot, f.holder as runner, min(r.queue) as queue, min(coalesce(x.pool, '${defaultPool}')) as pool, min(r.build_id::text) as "buildId",
    min(coalesce(j.id, r.job_id)::text) as "jobId", count(*)::int as jobs,
    (select count(*)::int from engine.exports e where e.runner = f.holder and e.stored_at is null and e.refused is null) as sending
  from waiting r cross join lateral unnest(r.files, r.holders) f(snapshot, holder)
    join engine.runners x on x.id = f.holder and 'erofs' = any(x.forms) and x.seen_at > $2
    left join lateral (${makerText}) j on true
  where not exists (select from engine.exports e where e.snapshot = f.snapshot)
    and exists (select from engine.runners o where o.id <> x.id and 'erofs' = any(o.forms) and o.seen_at > $2 and o.drains_at is null
      and coalesce(o.pool, '${defaultPool}') = coalesce(x.pool, '${defaultPool}') and ${servedBy('o', 'r')})
  group by f.snapshot, f.holder`
