/** Bytes of layers in the blob store, in parts. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  type Disk,
  type LayerObject,
  type LayerObjects,
  type LayerPlace,
  layerPartBytes,
  NotWanted,
} from '@harmont/engine'
import type pg from 'pg'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'

interface LayerServices {
  readonly pool: pg.Pool
  readonly blobs: BlobStore
  readonly disk: Pick<Disk, 'full'>
}

interface PartRow {
  readonly index: number
  readonly bytes: number
  readonly blob: string
}

interface ObjectRow {
  readonly bytes: string
  readonly is_whole: boolean
}

/** Keeps the objects of layers. A part counts once the blob store has it, an object once it was read back. */
export function layerObjects(services: LayerServices): LayerObjects {
  return new StoredObjects(services)
}

class StoredObjects implements LayerObjects {
  readonly #services: LayerServices

  constructor(services: LayerServices) {
    this.#services = services
  }

  async parts({ queue, pool }: LayerPlace, { digest, bytes }: LayerObject): Promise<number | null> {
    const { rows } = await this.#services.pool.query<ObjectRow & { readonly parts: number }>({
      name: 'use-layer-object',
      text: `insert into layer_objects as o (queue, pool, digest, bytes) values ($1, $2, $3, $4)
             on conflict (queue, pool, digest) do update
               set used_at = now(), bytes = case when o.is_whole then o.bytes else excluded.bytes end
             returning is_whole, bytes,
               (select count(*)::int from (
                  select index, row_number() over (order by index) - 1 as place from layer_parts
                   where queue = $1 and pool = $2 and digest = $3) p where index = place) as parts`,
      values: [queue, pool, digest, bytes],
    })
    const [row] = rows
    if (row === undefined) throw new Error('expected the row of a layer object')
    if (row.is_whole && Number(row.bytes) !== bytes) throw new NotWanted(`The object ${digest} has ${row.bytes} bytes.`)
    return row.is_whole ? null : row.parts
  }

  async put(place: LayerPlace, digest: string, index: number, bytes: Uint8Array): Promise<void> {
    const { pool, blobs, disk } = this.#services
    if (await this.#isThere(place, digest, index, bytes.length)) return
    if (disk.full !== null) throw new Error(`could not store a part of a layer: ${disk.full}`)
    const writer = await blobs.create()
    let blob: string
    try {
      await writer.write(bytes)
      blob = await writer.finish()
    } catch (error) {
      await writer.abort()
      throw error
    }
    const { rowCount } = await pool.query({
      name: 'keep-layer-part',
      text: `insert into layer_parts (queue, pool, digest, index, bytes, blob)
             select queue, pool, digest, $4, $5, $6 from layer_objects where queue = $1 and pool = $2 and digest = $3 and not is_whole
             on conflict do nothing`,
      values: [place.queue, place.pool, digest, index, bytes.length, blob],
    })
    // Somebody else has stored it meanwhile.
    if (rowCount === 0) await blobs.remove(blob)
  }

  async complete(place: LayerPlace, { digest, bytes }: LayerObject): Promise<boolean> {
    const { pool, blobs } = this.#services
    const parts = await this.#partsOf(place, digest)
    if (await this.#isAsNamed(parts, digest, bytes)) {
      const { rowCount } = await pool.query({
        name: 'complete-layer-object',
        text: `update layer_objects set is_whole = true where queue = $1 and pool = $2 and digest = $3
                 and $4 = (select count(*) from layer_parts where queue = $1 and pool = $2 and digest = $3 and blob = any($5))`,
        values: [place.queue, place.pool, digest, parts.length, parts.map(({ blob }) => blob)],
      })
      return rowCount === 1
    }
    const { rows } = await pool.query<{ blob: string }>({
      name: 'drop-layer-parts',
      text: `delete from layer_parts p using layer_objects o
              where o.queue = $1 and o.pool = $2 and o.digest = $3 and not o.is_whole
                and p.queue = o.queue and p.pool = o.pool and p.digest = o.digest returning p.blob`,
      values: [place.queue, place.pool, digest],
    })
    for (const { blob } of rows) await blobs.remove(blob)
    return false
  }

  open(place: LayerPlace, digest: string, from: number): Readable {
    return Readable.from(this.#read(place, digest, from), { objectMode: false })
  }

  async *#read(place: LayerPlace, digest: string, from: number): AsyncGenerator<Uint8Array> {
    let at = 0
    for (const { blob, bytes } of await this.#partsOf(place, digest)) {
      const start = Math.max(0, from - at)
      at += bytes
      if (start < bytes) yield* this.#services.blobs.open(blob, { start, end: bytes })
    }
  }

  /** Whether a part is there already. Throws for one that is not as long as it must be. */
  async #isThere({ queue, pool }: LayerPlace, digest: string, index: number, length: number): Promise<boolean> {
    const { rows } = await this.#services.pool.query<ObjectRow & { readonly is_there: boolean }>({
      name: 'find-layer-part',
      text: `select is_whole, bytes,
                    exists (select from layer_parts where queue = $1 and pool = $2 and digest = $3 and index = $4) as is_there
               from layer_objects where queue = $1 and pool = $2 and digest = $3`,
      values: [queue, pool, digest, index],
    })
    const [object] = rows
    if (object === undefined) throw new NotWanted(`Nothing is known of the object ${digest}.`)
    const expected = Math.min(layerPartBytes, Number(object.bytes) - index * layerPartBytes)
    if (length !== expected)
      throw new NotWanted(`Part ${index} of the object ${digest} has ${length} bytes instead of ${expected}.`)
    return object.is_whole || object.is_there
  }

  async #partsOf({ queue, pool }: LayerPlace, digest: string): Promise<readonly PartRow[]> {
    const { rows } = await this.#services.pool.query<PartRow>({
      name: 'list-layer-parts',
      text: 'select index, bytes, blob from layer_parts where queue = $1 and pool = $2 and digest = $3 order by index',
      values: [queue, pool, digest],
    })
    return rows
  }

  /** Reads the parts back: what a runner sent counts as little as what a store has kept of it. */
  async #isAsNamed(parts: readonly PartRow[], digest: string, bytes: number): Promise<boolean> {
    const { blobs } = this.#services
    const hash = createHash('sha256')
    let size = 0
    for (const part of parts) {
      if ((await blobs.size(part.blob)) !== part.bytes) return false
      for await (const piece of blobs.open(part.blob) as AsyncIterable<Buffer>) hash.update(piece)
      size += part.bytes
    }
    return size === bytes && `sha256:${hash.digest('hex')}` === digest
  }
}
