import type { Chunk } from './chunk.ts'
import { cleanCut, cutChunks, type Piece } from './chunker.ts'

export type { Piece } from './chunker.ts'

/** Chunks to be stored together, and where the spool goes on after them. */
export interface Batch {
  readonly chunks: readonly Chunk[]
  readonly spoolOffset: number
}

export interface BatchOptions {
  /** Seq of the first chunk. */
  readonly firstSeq: number
  /** Bytes of output that are stored already, by an earlier process. */
  readonly keptBytes: number
  /** What is beyond is read and dropped, and a remark at the end says how much. */
  readonly maxBytes: number
}

/** A batch goes out when so much time has passed since the last one, */
const everyMs = 50
/** or so many bytes wait; */
const fullBytes = 64 * 1024
/** and the rest of a character is waited for so long. */
const characterWaitMs = 100

/**
 * Turns output as it is read into batches of chunks: at once after silence, then at most every 50 ms or 64 KiB. Batches end where no character is
 * split, as long as its rest comes within 100 ms. Pulls only as fast as batches are taken, so a slow store slows the reading, not the memory.
 */
export async function* batches(
  output: AsyncIterable<Piece>,
  { firstSeq, keptBytes, maxBytes }: BatchOptions,
): AsyncGenerator<Batch> {
  const source = output[Symbol.asyncIterator]()
  let seq = firstSeq
  let room = Math.max(0, maxBytes - keptBytes)
  let dropped = 0
  let pending: Piece[] = []
  let pendingBytes = 0
  let waitingSince = 0
  let lastBatchAt = Number.NEGATIVE_INFINITY
  let next = source.next()
  let ended = false
  let spoolOffset = 0

  const take = (count: number): Batch => {
    const pieces = pending.slice(0, count)
    pending = pending.slice(count)
    pendingBytes = pending.reduce((sum, { bytes }) => sum + bytes.length, 0)
    const chunks = cutChunks(pieces, seq)
    seq += chunks.length
    lastBatchAt = performance.now()
    waitingSince = lastBatchAt
    spoolOffset = pieces.at(-1)?.nextOffset ?? spoolOffset
    return { chunks, spoolOffset }
  }

  try {
    while (!ended) {
      const result = await within(next, dueIn(pending.length, pendingBytes, lastBatchAt))
      if (result !== 'late') {
        if (result.done === true) ended = true
        else {
          next = source.next()
          // Handled at the next turn; without this an error while a batch is stored would count as unhandled.
          next.catch(() => undefined)
          const kept = result.value.bytes.subarray(0, room)
          room -= kept.length
          dropped += result.value.bytes.length - kept.length
          if (kept.length > 0) {
            if (pending.length === 0) waitingSince = performance.now()
            pending.push(kept.length === result.value.bytes.length ? result.value : { ...result.value, bytes: kept })
            pendingBytes += kept.length
          }
        }
      }
      if (pending.length === 0) continue
      if (ended || pendingBytes >= fullBytes || dueIn(pending.length, pendingBytes, lastBatchAt) <= 0) {
        const patience = ended || performance.now() - waitingSince >= characterWaitMs || pendingBytes >= 2 * fullBytes
        const count = patience ? pending.length : cleanCut(pending)
        if (count > 0) yield take(count)
        else lastBatchAt = performance.now() - everyMs + 5 // look again soon for the rest of the character
      }
    }
  } finally {
    await source.return?.()
  }
  if (dropped > 0) {
    const text = `The log is over its limit of ${maxBytes} bytes: the last ${dropped} bytes of output were dropped.`
    yield { chunks: [{ seq, kind: 2, content: Buffer.from(`${text}\n`), ts: null }], spoolOffset }
  }
}

/** Milliseconds until a batch is due: Infinity when nothing waits, 0 or less when it is. */
function dueIn(pieces: number, bytes: number, lastBatchAt: number): number {
  if (pieces === 0) return Number.POSITIVE_INFINITY
  if (bytes >= fullBytes) return 0
  return lastBatchAt + everyMs - performance.now()
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | 'late'> {
  if (ms === Number.POSITIVE_INFINITY) return promise
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), Math.max(0, ms))
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
