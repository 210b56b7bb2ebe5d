import type { Chunk } from '@harmont/logs'
import type { ByteRange } from '../input/byte-range.ts'
import { followLog, type LogReads } from './log-follower.ts'

interface Part {
  /** null: from the first byte to the last. */
  readonly range: ByteRange | null
  readonly withRemarks: boolean
}

/** The bytes of a log up to `lastSeq` and within a range, read as they are asked for. Remarks are left out unless wanted. */
export function logText(
  reads: LogReads,
  jobId: string,
  { lastSeq, ...part }: Part & { readonly lastSeq: number },
): AsyncGenerator<Buffer> {
  return cut(stored(reads, jobId, lastSeq), part)
}

/**
 * What a job writes from byte `start` on, as it comes, until the job is over. Fails when `stop` is aborted before that: an answer that ends well must be
 * the whole log.
 */
export function followText(reads: LogReads, jobId: string, start: number, stop: AbortSignal): AsyncGenerator<Buffer> {
  const range = { start, end: Number.POSITIVE_INFINITY }
  return cut(coming(reads, jobId, stop), { range, withRemarks: false })
}

async function* cut(source: AsyncIterable<readonly Chunk[]>, { range, withRemarks }: Part): AsyncGenerator<Buffer> {
  const { start, end } = range ?? { start: 0, end: Number.POSITIVE_INFINITY }
  let position = 0
  for await (const chunks of source) {
    for (const { kind, content } of chunks) {
      if (kind === 2 && !withRemarks) continue
      const from = Math.max(0, start - position)
      const part = content.subarray(from, Math.max(from, end - position))
      position += content.length
      if (part.length > 0) yield part
    }
    if (position >= end) return
  }
}

async function* stored(reads: LogReads, jobId: string, lastSeq: number): AsyncGenerator<readonly Chunk[]> {
  let after = 0
  while (after < lastSeq) {
    const chunks = (await reads.chunks(jobId, after)).filter(({ seq }) => seq <= lastSeq)
    const newest = chunks.at(-1)
    if (newest === undefined) return
    after = newest.seq
    yield chunks
  }
}

const wakeMs = 60_000

async function* coming(reads: LogReads, jobId: string, stop: AbortSignal): AsyncGenerator<readonly Chunk[]> {
  for await (const followed of followLog(reads, jobId, 0, wakeMs, stop)) {
    if (followed.kind === 'chunks') yield followed.chunks
    if (followed.kind === 'end') return
  }
  throw new Error('the log is not followed to its end: its reader or the server stops')
}
