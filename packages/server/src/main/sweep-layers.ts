/** Removes unneeded layers from the store that runners share. */
import { type Store, usualPinnedMs } from '@harmont/engine'
import type pg from 'pg'
import type { BlobStore } from '../platform/blobs/blob-store.ts'
import { transaction } from '../platform/database/transaction.ts'
import { removedAtOnce, removeUnused } from './remove-unused.ts'

export interface LayerSweepServices {
  readonly pool: pg.Pool
  readonly blobs: BlobStore
  readonly engine: { readonly store: Pick<Store, 'builds' | 'now'> }
}

/** The delay before an unneeded layer is removed, unless it is needed again. */
const doomed = "interval '1 hour'"

// A layer is needed as long as a needed snapshot contains it.
const markText = `with live as (select distinct unnest(layers) as id from engine.layers where id = any($1))
  update engine.layers l set doomed_at = case when l.doomed_at is null then now() end
   where (l.doomed_at is null) = not exists (select from live where live.id = l.id)`

/**
 * Dooms layers that no build needs, and removes those doomed an hour ago with the objects that only
 * they use. The sweep of blobs removes the blobs that a killed process leaves. Returns the number
 * of removed layers.
 */
export async function sweepLayers({ pool, blobs, engine }: LayerSweepServices): Promise<number> {
  const { rows } = await pool.query<{ any: boolean }>(
    'select exists (select from engine.exports) or exists (select from engine.layers) or exists (select from layer_objects) as any',
  )
  if (rows[0]?.any !== true) return 0
  const { store } = engine
  // Runners keep snapshots for the same time.
  const { needed, pinned } = await store.builds.liveSnapshots(store.now() - usualPinnedMs)
  const removed = await transaction(pool, async (client) => {
    await client.query(markText, [[...needed, ...pinned]])
    const { rowCount } = await client.query(`delete from engine.layers where doomed_at <= now() - ${doomed}`)
    // Removes exports of removed layers, and unstored exports of ended builds.
    await client.query(
      `delete from engine.exports e where e.stored_at is not null and not exists (select from engine.layers l where l.id = e.snapshot)
         or e.stored_at is null and exists (select from engine.builds b where b.id = e.build_id and b.finished_at is not null)`,
    )
    await client.query(
      `delete from engine.layer_places p where not exists (select from engine.layers l where l.id = p.snapshot)
         or not exists (select from engine.runners r where r.id = p.runner)`,
    )
    return rowCount ?? 0
  })
  await removeObjects(pool, blobs)
  return removed
}

/** Removes objects that belong to no layer and were not used for an hour. */
async function removeObjects(pool: pg.Pool, blobs: BlobStore): Promise<void> {
  const { rows } = await pool.query<{ blob: string }>(
    `with dead as (
       delete from layer_objects o where o.used_at <= now() - ${doomed} and not exists (
         select from engine.layers l where l.queue = o.queue and l.pool = o.pool and (l.digest = o.digest or l.source_digest = o.digest))
       returning queue, pool, digest)
     select p.blob from dead join layer_parts p using (queue, pool, digest)`,
  )
  // During a backup the blobs are left to the sweep of blobs.
  for (let at = 0; at < rows.length; at += removedAtOnce) {
    const names = rows.slice(at, at + removedAtOnce).map(({ blob }) => blob)
    await removeUnused(pool, blobs, names)
  }
}
