import type pg from 'pg'
import type { CacheLookUp } from '../cache-look-up.ts'
import type { Instant } from '../core/model.ts'
import { storable, time } from './rows.ts'

/** See `BuildStore.noteLookUp`. */
export async function noteLookUp(
  pool: pg.Pool,
  { jobId, fence }: { readonly jobId: string; readonly fence: number },
  at: Instant,
  { place, places, key, inputs, hit, damaged }: CacheLookUp,
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'engine-note-look-up',
    text: `insert into engine.cache_look_ups (job_id, at, place, places, key, inputs, hit, damaged)
      select job_id, $3, $4, $5::text[], $6, $7::json, $8::json, $9 from engine.leases where job_id = $1 and fence = $2
      on conflict (job_id) do update set at = excluded.at, place = excluded.place, places = excluded.places, key = excluded.key,
        inputs = excluded.inputs, hit = excluded.hit, damaged = excluded.damaged`,
    values: [
      jobId,
      fence,
      time(at),
      storable(place),
      places.map(storable),
      key,
      storableJson(inputs),
      hit === null ? null : storableJson({ ...hit, createdAt: time(hit.createdAt) }),
      damaged,
    ],
  })
  return rowCount === 1
}

/** Names of variables come from pipelines. */
function storableJson(value: unknown): string {
  return JSON.stringify(value, (_, text: unknown) => (typeof text === 'string' ? storable(text) : text))
}
