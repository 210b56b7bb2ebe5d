import type pg from 'pg'
import { changesChannel, everybodyLooks } from './notifier.ts'

// From gate to gate on the index. One that waits is enough: whoever tries to lease it sees to all that wait there.
export const reopenText = `with recursive gates as (
    (select gate, queue, 1 as turn from engine.ready where gate is not null order by gate limit 1)
    union all
    select n.gate, n.queue, g.turn + 1 from gates g cross join lateral (
      select gate, queue from engine.ready where gate > g.gate order by gate limit 1) n where g.turn < 1000),
  rooms as (
    select g.gate, case g.gate::json ->> 0
      when 'group' then
        least((select min(group_limit) from engine.ready where group_key = g.gate), (select min(group_limit) from engine.leases where group_key = g.gate))
        - (select count(*) from engine.leases where group_key = g.gate)
      when 'queue' then (select jobs from engine.limits where kind = 'queue' and id = g.gate::json ->> 1)
        - (select count(*) from engine.leases where queue = g.gate::json ->> 1)
      else (select jobs from engine.limits where kind = 'pipeline' and id = g.gate::json ->> 1)
        - (select count(*) from engine.leases l where l.queue = g.queue and l.pipeline = g.gate::json ->> 1) end as room
    from gates g),
  forgotten as (
    select w.job_id from rooms cross join lateral (
      select job_id from engine.ready where gate = rooms.gate order by ready_at, seq limit 1 for update skip locked) w where rooms.room > 0),
  opened as (update engine.ready set gate = null from forgotten where engine.ready.job_id = forgotten.job_id returning 1)
  select pg_notify('${changesChannel}', '${everybodyLooks}') from opened limit 1`

/** Lets somebody be found at each gate that has room: a process of an earlier release makes room and knows no gates. */
export async function reopenGates(pool: pg.Pool): Promise<void> {
  await pool.query({ name: 'engine-reopen-gates', text: reopenText })
}
