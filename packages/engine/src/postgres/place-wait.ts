import type pg from 'pg'
import type { Wait } from '../wait.ts'

interface PlaceRow {
  group_name: string
  lowest: number
  running: number
  ahead: number
  holders: string[]
}

const shownHolders = 5

export const placeWaitText = `with own as (
    select id, group_key, group_name, group_turn from engine.builds
    where id = $1 and awaits_place and not held and group_key is not null and finished_at is null)
  select own.group_name, min(b.group_limit) as lowest, (count(*) filter (where not b.awaits_place))::int as running,
    (count(*) filter (where b.awaits_place and (b.group_turn, b.id) < (own.group_turn, own.id)))::int as ahead,
    coalesce((array_agg(b.id order by b.group_turn, b.id) filter (where not b.awaits_place))[1:$2], '{}') as holders
  from own join engine.builds b on b.group_key = own.group_key and b.finished_at is null and not b.held
  group by own.group_name`

/** Why a whole build waits for a place in its group; null for one that does not. */
export async function findPlaceWait(pool: pg.Pool, buildId: string): Promise<Wait | null> {
  const { rows } = await pool.query<PlaceRow>({
    name: 'engine-place-wait',
    text: placeWaitText,
    values: [buildId, shownHolders],
  })
  const [row] = rows
  if (row === undefined) return null
  const { group_name: group, lowest: limit, running, ahead } = row
  const holders = row.holders.map((holder) => ({ jobId: null, buildId: holder }))
  return { reason: 'concurrency_group', group, limit, running, ahead, holders }
}
