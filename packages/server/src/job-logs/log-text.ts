import type { ByteRange } from '../input/byte-range.ts'
import type { LogReads } from './log-follower.ts'

/** The bytes of a log up to `lastSeq` and within a range, read as they are asked for. Remarks are left out unless wanted. */
export async function* logText(
  reads: LogReads,
  jobId: string,
  { lastSeq, range, withRemarks }: { lastSeq: number; range: ByteRange | null; withRemarks: boolean },
): AsyncGenerator<Buffer> {
  const { start, end } = range ?? { start: 0, end: Number.POSITIVE_INFINITY }
  let after = 0
  let position = 0
  while (after < lastSeq && position < end) {
    const chunks = (await reads.chunks(jobId, after)).filter(({ seq }) => seq <= lastSeq)
    if (chunks.length === 0) return
    for (const { seq, kind, content } of chunks) {
      after = seq
      if (kind === 2 && !withRemarks) continue
      const from = Math.max(0, start - position)
      const part = content.subarray(from, Math.max(from, end - position))
      position += content.length
      if (part.length > 0) yield part
    }
  }
}
