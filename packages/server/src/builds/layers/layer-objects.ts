/** Stores the bytes of layers in the blob store, in parts. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  Damaged,
  type DirectObjects,
  type Disk,
  type LayerObject,
  type LayerObjects,
  type LayerPlace,
  NotWanted,
} from '@harmont/engine'
import type pg from 'pg'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { directObjects } from './direct-objects.ts'
import { isPartThere, keepPart, type PartRow, partsOf } from './part-rows.ts'

interface LayerServices {
  readonly pool: pg.Pool
  readonly blobs: BlobStore
  readonly disk: Pick<Disk, 'full'>
}

interface ObjectRow {
  readonly bytes: string
  readonly is_whole: boolean
}

/**
 * Stores the objects of layers. A part counts once the blob store has it, an object once it was
 * read back.
 *
 * @param secret Signs receipts, for runners that access the store directly.
 */
export function layerObjects(services: LayerServices, secret?: string): LayerObjects {
  return new StoredObjects(services, secret)
}

class StoredObjects implements LayerObjects {
  readonly direct?: DirectObjects
  readonly #services: LayerServices

  constructor(services: LayerServices, secret: string | undefined) {
    this.#services = services
    const { pool, blobs } = services
    if (secret !== undefined && blobs.direct !== undefined)
      this.direct = directObjects({ pool, blobs, direct: blobs.direct, secret })
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
    const services = this.#services
    const { pool, blobs, disk } = services
    const part = { digest, index, bytes: bytes.length }
    if (await isPartThere(pool, place, part)) return
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
    await keepPart(services, place, part, blob)
  }

  async complete(place: LayerPlace, { digest, bytes }: LayerObject): Promise<boolean> {
    const { pool, blobs } = this.#services
    const parts = await partsOf(pool, place, digest)
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
    for (const { blob, bytes } of await partsOf(this.#services.pool, place, digest)) {
      const start = Math.max(0, from - at)
      at += bytes
      if (start < bytes) yield* this.#services.blobs.open(blob, { start, end: bytes })
    }
  }

  /**
   * Verifies the parts by reading them back: neither the sending runner nor the store is trusted.
   */
  async #isAsNamed(parts: readonly PartRow[], digest: string, bytes: number): Promise<boolean> {
    const { blobs } = this.#services
    const hash = createHash('sha256')
    let size = 0
    try {
      for (const part of parts) {
        if ((await blobs.size(part.blob)) !== part.bytes) return false
        for await (const piece of blobs.open(part.blob) as AsyncIterable<Buffer>) hash.update(piece)
        size += part.bytes
      }
    } catch (error) {
      // A runner with direct access may have written arbitrary bytes.
      if (error instanceof Damaged) return false
      throw error
    }
    return size === bytes && `sha256:${hash.digest('hex')}` === digest
  }
}
