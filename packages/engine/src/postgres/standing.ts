import type pg from 'pg'
import type { Instant } from '../core/model.ts'
import type { Watch } from '../store.ts'
import { longBreakMs } from '../store-settings.ts'
import { time } from './values.ts'

const watchText = `insert into engine.watch (since, seen_at, busy_at)
  values ($1::timestamptz, $1, case when exists (select from engine.leases where expires_at > $1) then $1::timestamptz end)
  on conflict (id) do update set since = case when engine.watch.seen_at < $2 then excluded.since else engine.watch.since end,
    seen_at = greatest(engine.watch.seen_at, excluded.seen_at), busy_at = greatest(engine.watch.busy_at, excluded.busy_at)
  returning since, busy_at`

/** See `BuildStore.watch`. */
export async function watch(pool: pg.Pool, now: Instant): Promise<Watch> {
  const { rows } = await pool.query<{ since: Date; busy_at: Date | null }>(watchText, [
    time(now),
    time(now - longBreakMs),
  ])
  const [row] = rows
  if (row === undefined) throw new Error('expected the row of the watch')
  return { since: row.since.getTime(), busyAt: row.busy_at?.getTime() ?? null }
}

// What `standsStill` of the core says, of builds that are old enough.
export const standingText = `select b.id from engine.builds b
  where b.finished_at is null and not b.held and not b.awaits_place and b.created_at <= $1
    and not exists (select from engine.jobs j where j.build_id = b.id and (j.state in ('assigned', 'running', 'canceling', 'timing_out')
      or greatest(j.created_at, j.scheduled_at, j.assigned_at, j.finished_at, j.not_before) > $1))
    and ($2 or not exists (select from engine.jobs j join engine.ready w on w.job_id = j.id where j.build_id = b.id))
  order by b.created_at limit $3`

/** See `BuildStore.standing`. */
export async function findStanding(
  pool: pg.Pool,
  since: Instant,
  isIdle: boolean,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'engine-standing',
    text: standingText,
    values: [time(since), isIdle, limit],
  })
  return rows.map(({ id }) => id)
}
