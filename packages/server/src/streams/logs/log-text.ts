import { type Chunk, stripEscapes } from '@harmont/logs'
import type { ByteRange } from '../../platform/input/byte-range.ts'
import { followLog, type LogReads } from './follow-log.ts'

/**
 * Several segments of a packed log: each read costs about the same. A reader that does not take its
 * bytes holds this much memory.
 */
const readBytes = 512 * 1024

interface Part {
  /** null for the whole log. */
  readonly range: ByteRange | null
  readonly withRemarks: boolean
}

/**
 * Yields the bytes of a log up to `lastSeq` and within a range, without remarks unless requested.
 * Reads them lazily. Fails if some are missing: a reader must not mistake an incomplete answer for
 * the promised one.
 */
export async function* logText(
  reads: LogReads,
  jobId: string,
  { lastSeq, ...part }: Part & { readonly lastSeq: number },
): AsyncGenerator<Buffer> {
  const { after, offset } = await reads.logs.placeBefore(jobId, part.range?.start ?? 0)
  yield* cut(stored(reads, jobId, after, lastSeq), part, offset)
}

/**
 * Yields the output of a job from byte `start` on, until the job has ended. Fails if `signal` is
 * aborted earlier: a response that ends normally must be the whole log.
 */
export function followText(reads: LogReads, jobId: string, start: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const range = { start, end: Number.POSITIVE_INFINITY }
  return cut(coming(reads, jobId, signal), { range, withRemarks: false })
}

/** Cuts a range out of a source that begins at `position` in the log. */
async function* cut(
  source: AsyncIterable<readonly Chunk[]>,
  { range, withRemarks }: Part,
  position = 0,
): AsyncGenerator<Buffer> {
  const { start, end } = range ?? { start: 0, end: Number.POSITIVE_INFINITY }
  let at = position
  for await (const chunks of source) {
    const parts: Buffer[] = []
    for (const { kind, content } of chunks) {
      if (kind === 2 && !withRemarks) continue
      const from = Math.max(0, start - at)
      const part = content.subarray(from, Math.max(from, end - at))
      at += content.length
      if (part.length > 0) parts.push(part)
    }
    yield* neighboursTogether(parts)
    if (at >= end) break
  }
}

/**
 * Joins bytes that are adjacent in memory without copying them. The chunks of a segment are
 * adjacent, and each write to a socket costs more than the bytes in it.
 */
function* neighboursTogether(parts: readonly Buffer[]): Generator<Buffer> {
  let together: Buffer | undefined
  for (const part of parts) {
    const isNext = part.buffer === together?.buffer && part.byteOffset === together.byteOffset + together.length
    if (together !== undefined && isNext) {
      together = Buffer.from(together.buffer, together.byteOffset, together.length + part.length)
      continue
    }
    if (together !== undefined) yield together
    together = part
  }
  if (together !== undefined) yield together
}

async function* stored(
  reads: LogReads,
  jobId: string,
  first: number,
  lastSeq: number,
): AsyncGenerator<readonly Chunk[]> {
  let after = first
  while (after < lastSeq) {
    // `true`: all these chunks exist already.
    const chunks = (await reads.chunks(jobId, after, true, readBytes)).filter(({ seq }) => seq <= lastSeq)
    const newest = chunks.at(-1)
    if (newest === undefined) throw new Error(`the log of the job ${jobId} was removed while it was read`)
    after = newest.seq
    yield chunks
  }
}

async function* coming(reads: LogReads, jobId: string, signal: AbortSignal): AsyncGenerator<readonly Chunk[]> {
  for await (const followed of followLog(reads, jobId, 0, signal)) {
    if (followed.kind === 'chunks') yield followed.chunks
    if (followed.kind === 'end') return
  }
  throw new Error('the log is no longer followed: its reader or the server is stopping')
}

const LF = 0x0a
const ESC = 0x1b
/** The first part of a longer line is yielded before its end arrives. */
const longestLine = 1024 * 1024
/** The maximum length of an escape sequence whose end may not have arrived yet. */
const longestSequence = 4 * 1024

/** Yields the bytes of a log without ANSI escape sequences, and all others unchanged. */
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

/**
 * Decodes the bytes as Latin-1, in which every byte is a character: sequences are ASCII, and all
 * other bytes must stay unchanged.
 */
function stripped(bytes: Buffer): Buffer {
  if (!bytes.includes(ESC)) return bytes
  return Buffer.from(stripEscapes(bytes.toString('latin1')), 'latin1')
}

function beforeSequence(bytes: Buffer): number {
  const last = bytes.lastIndexOf(ESC)
  return last < bytes.length - longestSequence ? bytes.length : last
}
