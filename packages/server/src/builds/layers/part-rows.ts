/** The parts of objects, as rows that refer to blobs. */
import { type LayerPlace, layerPartBytes, NotWanted, type ObjectPart } from '@harmont/engine'
import type pg from 'pg'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'

export interface PartRow {
  readonly index: number
  readonly bytes: number
  readonly blob: string
}

/** Whether a part is stored already. Throws if it does not have the expected size. */
export async function isPartThere(
  database: pg.Pool,
  { queue, pool }: LayerPlace,
  { digest, index, bytes }: ObjectPart,
): Promise<boolean> {
  const { rows } = await database.query<{ bytes: string; is_whole: boolean; is_there: boolean }>({
    name: 'find-layer-part',
    text: `select is_whole, bytes,
                  exists (select from layer_parts where queue = $1 and pool = $2 and digest = $3 and index = $4) as is_there
             from layer_objects where queue = $1 and pool = $2 and digest = $3`,
    values: [queue, pool, digest, index],
  })
  const [object] = rows
  if (object === undefined) throw new NotWanted(`The object ${digest} is unknown.`)
  const expected = Math.min(layerPartBytes, Number(object.bytes) - index * layerPartBytes)
  if (bytes !== expected)
    throw new NotWanted(`Part ${index} of the object ${digest} has ${bytes} bytes instead of ${expected}.`)
  return object.is_whole || object.is_there
}

/**
 * Records the blob of a part, or removes it if another process has stored the part in the meantime.
 * May be repeated.
 */
export async function keepPart(
  { pool, blobs }: { readonly pool: pg.Pool; readonly blobs: BlobStore },
  place: LayerPlace,
  { digest, index, bytes }: ObjectPart,
  blob: string,
): Promise<void> {
  const { rowCount } = await pool.query({
    name: 'keep-layer-part',
    text: `insert into layer_parts (queue, pool, digest, index, bytes, blob)
           select queue, pool, digest, $4, $5, $6 from layer_objects where queue = $1 and pool = $2 and digest = $3 and not is_whole
           on conflict do nothing`,
    values: [place.queue, place.pool, digest, index, bytes, blob],
  })
  if (rowCount === 1) return
  const kept = await pool.query({
    name: 'find-layer-part-of-blob',
    text: 'select from layer_parts where blob = $1',
    values: [blob],
  })
  if (kept.rowCount === 0) await blobs.remove(blob)
}

export async function partsOf(
  database: pg.Pool,
  { queue, pool }: LayerPlace,
  digest: string,
): Promise<readonly PartRow[]> {
  const { rows } = await database.query<PartRow>({
    name: 'list-layer-parts',
    text: 'select index, bytes, blob from layer_parts where queue = $1 and pool = $2 and digest = $3 order by index',
    values: [queue, pool, digest],
  })
  return rows
}
