/** Reads blobs from objects, despite truncated or corrupt responses. */
import { setTimeout as sleep } from 'node:timers/promises'
import { blobBytes, Damaged, decodeFrames, frameContent, framesAround } from '@harmont/engine'
import { BlobStoreUnavailable } from '../blob-store.ts'
import { type Bucket, NoSuchBlob } from './bucket.ts'

/** Failures in a row after which a read fails. Any progress resets the count. */
const mostFailures = 4
const firstPauseMs = 100

interface Range {
  readonly start: number
  /** Infinity: to the end. */
  readonly end: number
}

/** Yields the bytes of a range after verifying them. */
export async function* readBlob(bucket: Bucket, name: string, { start, end }: Range): AsyncGenerator<Buffer> {
  let position = start
  for (let failures = 0; ; ) {
    try {
      for await (const bytes of readOnce(bucket, name, { start: position, end })) {
        position += bytes.length
        failures = 0
        yield bytes
      }
      return
    } catch (error) {
      failures += 1
      if (isFinal(error) || failures === mostFailures) throw error
    }
    await sleep(firstPauseMs * 2 ** failures)
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof NoSuchBlob || (error instanceof BlobStoreUnavailable && error.isRefusal)
}

async function* readOnce(bucket: Bucket, name: string, range: Range): AsyncGenerator<Buffer> {
  const place = framesAround(range)
  const { bytes, objectBytes } = await bucket.read(name, place)
  const blob = { name, size: blobBytes(objectBytes) }
  const end = Math.min(range.end, blob.size)
  let position = place.first * frameContent
  for await (const content of decodeFrames(blob, place.first, bytes)) {
    const wanted = content.subarray(Math.max(0, range.start - position), Math.max(0, end - position))
    position += content.length
    if (wanted.length > 0) yield wanted
  }
  if (position < end) throw new Damaged(`the response with the blob ${name} ended at byte ${position} of ${end}`)
}
