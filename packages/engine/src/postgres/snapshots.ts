import type pg from 'pg'
import type { Instant } from '../core/model.ts'
import type { LiveSnapshots } from '../store.ts'
import { time } from './rows.ts'

/**
 * Of builds that go on or ended of late, what their jobs left, and whether somebody may begin with it: a job, a retry, or whoever looks into a failure.
 * One statement: a build may end, or be retried, between two.
 */
export const liveSnapshotsText = `with b as (
    select id, finished_at from engine.builds where finished_at is null
    union all select id, finished_at from engine.builds where finished_at > $1)
  select j.snapshot, b.finished_at is not null as over, (j.state <> 'passed' or w.builds_in is not null) as wanted
  from b join engine.jobs j on j.build_id = b.id
  left join (select distinct c.build_id, c.builds_in from b join engine.jobs c on c.build_id = b.id
    where c.builds_in is not null and c.state <> 'passed' and not exists (
      select from engine.jobs n where n.build_id = c.build_id and n.step = c.step and n.attempt > c.attempt)) w
    on w.build_id = j.build_id and w.builds_in = j.step
  where j.snapshot is not null and j.step is not null
  order by b.finished_at desc`

interface Row {
  readonly snapshot: string
  readonly over: boolean
  readonly wanted: boolean
}

/** See `BuildStore.liveSnapshots`. */
export async function liveSnapshots(pool: pg.Pool, since: Instant): Promise<LiveSnapshots> {
  const { rows } = await pool.query<Row>({
    name: 'engine-live-snapshots',
    text: liveSnapshotsText,
    values: [time(since)],
  })
  const named = (wanted: boolean, over: boolean): readonly string[] =>
    rows.flatMap((row) => (row.wanted === wanted && row.over === over ? row.snapshot : []))
  return { needed: new Set(named(true, false)), pinned: named(true, true), left: named(false, true) }
}
