import type pg from 'pg'
import type { Instant } from '../core/model.ts'
import { time } from './rows.ts'

/** See `BuildStore.liveSnapshots`. */
export async function liveSnapshots(pool: pg.Pool, since: Instant): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ snapshot: string }>({
    name: 'engine-live-snapshots',
    text: `select j.snapshot from engine.builds b join engine.jobs j on j.build_id = b.id
      where b.finished_at > $1 and j.snapshot is not null and j.step is not null
      union
      select j.snapshot from engine.builds b join engine.jobs j on j.build_id = b.id
      where b.finished_at is null and j.snapshot is not null and j.step is not null and (j.state <> 'passed' or exists (
        select from engine.jobs c where c.build_id = b.id and c.builds_in = j.step and c.state <> 'passed'
          and not exists (select from engine.jobs n where n.build_id = b.id and n.step = c.step and n.attempt > c.attempt)))`,
    values: [time(since)],
  })
  return new Set(rows.map((row) => row.snapshot))
}
