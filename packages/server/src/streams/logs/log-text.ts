import { type Chunk, stripEscapes } from '@harmont/logs'
import type { ByteRange } from '../../platform/input/byte-range.ts'
import { followLog, type LogReads } from './follow-log.ts'

interface Part {
  /** null: from the first byte to the last. */
  readonly range: ByteRange | null
  readonly withRemarks: boolean
}

/**
 * The bytes of a log up to `lastSeq` and within a range, read as they are asked for. Remarks are left out unless wanted. Fails when fewer than the `bytes` come
 * that were there: whoever was promised them must not take the rest for all of it.
 */
export async function* logText(
  reads: LogReads,
  jobId: string,
  { lastSeq, bytes, ...part }: Part & { readonly lastSeq: number; readonly bytes: number },
): AsyncGenerator<Buffer> {
  const { after, offset } = await reads.placeBefore(jobId, part.range?.start ?? 0)
  const end = yield* cut(stored(reads, jobId, after, lastSeq), part, offset)
  if (end < Math.min(bytes, part.range?.end ?? bytes))
    throw new Error(`the log of the job ${jobId} was removed while it was read`)
}

/**
 * What a job writes from byte `start` on, as it comes, until the job is over. Fails when `stop` is aborted before that: an answer that ends well must be
 * the whole log.
 */
export function followText(reads: LogReads, jobId: string, start: number, stop: AbortSignal): AsyncGenerator<Buffer> {
  const range = { start, end: Number.POSITIVE_INFINITY }
  return cut(coming(reads, jobId, stop), { range, withRemarks: false })
}

/** `position`: where in the log the source begins. Returns how far into it the source went. */
async function* cut(
  source: AsyncIterable<readonly Chunk[]>,
  { range, withRemarks }: Part,
  position = 0,
): AsyncGenerator<Buffer, number> {
  const { start, end } = range ?? { start: 0, end: Number.POSITIVE_INFINITY }
  let at = position
  for await (const chunks of source) {
    for (const { kind, content } of chunks) {
      if (kind === 2 && !withRemarks) continue
      const from = Math.max(0, start - at)
      const part = content.subarray(from, Math.max(from, end - at))
      at += content.length
      if (part.length > 0) yield part
    }
    if (at >= end) break
  }
  return at
}

async function* stored(
  reads: LogReads,
  jobId: string,
  first: number,
  lastSeq: number,
): AsyncGenerator<readonly Chunk[]> {
  let after = first
  while (after < lastSeq) {
    // Whoever asks like this knows that there are more.
    const chunks = (await reads.chunks(jobId, after, true)).filter(({ seq }) => seq <= lastSeq)
    const newest = chunks.at(-1)
    if (newest === undefined) return
    after = newest.seq
    yield chunks
  }
}

async function* coming(reads: LogReads, jobId: string, stop: AbortSignal): AsyncGenerator<readonly Chunk[]> {
  for await (const followed of followLog(reads, jobId, 0, stop)) {
    if (followed.kind === 'chunks') yield followed.chunks
    if (followed.kind === 'end') return
  }
  throw new Error('the log is no longer followed: its reader or the server is stopping')
}

const LF = 0x0a
const ESC = 0x1b
/** Of a line that is longer the beginning is given before its end has come. */
const longestLine = 1024 * 1024
/** So far from the end of what has come a sequence may begin whose end has not. */
const longestSequence = 4 * 1024

/** The bytes of a log without ANSI escape sequences; all else is as it was, also what is not UTF-8. */
export async function* plainText(log: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const bytes of log) {
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    const end = all.lastIndexOf(LF) + 1
    const whole = all.length - end > longestLine ? beforeSequence(all) : end
    if (whole > 0) yield stripped(all.subarray(0, whole))
    rest = all.subarray(whole)
  }
  if (rest.length > 0) yield stripped(rest)
}

/** As Latin-1, in which every byte is a character: sequences are ASCII, and nothing else may change. */
function stripped(bytes: Buffer): Buffer {
  if (!bytes.includes(ESC)) return bytes
  return Buffer.from(stripEscapes(bytes.toString('latin1')), 'latin1')
}

function beforeSequence(bytes: Buffer): number {
  const last = bytes.lastIndexOf(ESC)
  return last < bytes.length - longestSequence ? bytes.length : last
}
