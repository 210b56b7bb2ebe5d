import type pg from 'pg'
import type { BuildEvent, Instant } from '../core/model.ts'
import { time } from './rows.ts'

interface OverdueRow {
  type: 'kill_overdue' | 'lease_lost' | 'job_deadline' | 'build_deadline'
  build_id: string
  job_id: string | null
  fence: number | null
}

/** Each part is a scan of a small index; a job that is to be ended is not lost as well. */
export const overdueText = `
  (select 'kill_overdue' as type, build_id, job_id, fence from engine.leases where kill_by <= $1 order by kill_by limit $2)
  union all
  (select 'lease_lost', build_id, job_id, fence from engine.leases
    where expires_at <= $1 and (kill_by is null or kill_by > $1) order by expires_at limit $2)
  union all
  (select 'job_deadline', build_id, job_id, fence from engine.leases
    where deadline_at <= $1 and expires_at > $1 order by deadline_at limit $2)
  union all
  (select 'build_deadline', id, null, null from engine.builds where deadline_at <= $1 order by deadline_at limit $2)
  limit $2`

/** See `BuildStore.overdue`. */
export async function findOverdue(
  pool: pg.Pool,
  now: Instant,
  limit: number,
): Promise<readonly { readonly buildId: string; readonly event: BuildEvent }[]> {
  const { rows } = await pool.query<OverdueRow>({
    name: 'engine-overdue',
    text: overdueText,
    values: [time(now), limit],
  })
  return rows.map((row) => ({ buildId: row.build_id, event: eventOf(row, now) }))
}

function eventOf({ type, job_id: job, fence }: OverdueRow, at: Instant): BuildEvent {
  if (type === 'build_deadline') return { type, at }
  if (job === null || fence === null) throw new Error(`expected a job for ${type}`)
  return type === 'lease_lost' ? { type, job, fence, at } : { type, job, at }
}
