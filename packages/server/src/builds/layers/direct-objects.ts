/** Lets runners access the blobs of layers directly, in a store that they can reach. */
import { createHmac, randomUUID } from 'node:crypto'
import { type DirectObjects, type LayerPlace, NotWanted, type ObjectPart } from '@harmont/engine'
import type pg from 'pg'
import type { BlobStore, DirectBlobs } from '../../platform/blobs/blob-store.ts'
import { isSameToken } from '../../platform/encryption/token.ts'
import { isPartThere, keepPart, partsOf } from './part-rows.ts'

interface DirectServices {
  readonly pool: pg.Pool
  readonly blobs: BlobStore
  readonly direct: DirectBlobs
  /** Signs receipts: otherwise a runner could claim another one's blob as its part. */
  readonly secret: string
}

/**
 * The maximum number of addresses in one answer. They expire, so a reader requests more after it
 * has read these parts.
 */
const mostLocated = 32

export function directObjects(services: DirectServices): DirectObjects {
  const { pool, blobs, direct, secret } = services
  const receiptOf = (place: LayerPlace, { digest, index, bytes }: ObjectPart, blob: string) =>
    createHmac('sha256', secret)
      .update(JSON.stringify(['layer part', place.queue, place.pool, digest, index, bytes, blob]))
      .digest('base64url')
  return {
    async locate(place, digest, from) {
      const all = await partsOf(pool, place, digest)
      let [start, first] = [0, 0]
      for (const { bytes } of all) {
        if (start + bytes > from) break
        start += bytes
        first += 1
      }
      const located = all.slice(first, first + mostLocated)
      const urls = await Promise.all(located.map(({ blob }) => direct.readUrl(blob)))
      return { start, parts: located.map(({ blob, bytes }, at) => ({ blob, bytes, url: urls[at] ?? '' })) }
    },
    async target(place, part) {
      if (await isPartThere(pool, place, part)) return null
      const blob = randomUUID()
      const { url, headers } = await direct.writeTo(blob, part.bytes)
      return { blob, url, headers, receipt: receiptOf(place, part, blob) }
    },
    async arrived(place, part, { blob, receipt }) {
      if (!isSameToken(receipt, receiptOf(place, part, blob)))
        throw new NotWanted('The part was not written to where the server said.')
      const found = await blobs.size(blob)
      if (found !== part.bytes)
        throw new NotWanted(`The store has ${found ?? 'no'} bytes of a part with ${part.bytes} bytes.`)
      await keepPart(services, place, part, blob)
    },
  }
}
