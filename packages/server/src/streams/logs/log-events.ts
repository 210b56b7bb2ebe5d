/** Server-Sent Events of a log (`http.md` 8.2). */
import { isUtf8 } from 'node:buffer'
import type { Chunk } from '@harmont/logs'
import { doneFrame } from '../event-streams/frames.ts'
import { followLog, type LogReads } from './follow-log.ts'

/**
 * The most data in one `history` event. Small, because it is buffered for a reader that takes
 * nothing; the documented limit is 256 KiB.
 */
const historyBytes = 64 * 1024

/** Parses the seq after which a reader resumes; 0 for anything but a number. */
export function resumeAfter(lastEventId: string | null): number {
  const given = /^\d+$/.test(lastEventId ?? '') ? Number(lastEventId) : 0
  return Math.min(given, 2_147_483_647)
}

/**
 * Yields the events of a log: the existing chunks as history, then each new chunk, and `done` at
 * the end. If `signal` ends the stream, there is no `done`.
 */
export async function* logEvents(
  reads: LogReads,
  jobId: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let isHistory = true
  let isEmpty = true
  for await (const followed of followLog(reads, jobId, after, signal)) {
    switch (followed.kind) {
      case 'chunks':
        isEmpty = false
        if (isHistory) yield* historyFrames(followed.chunks)
        else yield followed.chunks.map(chunkFrame).join('')
        break
      case 'caught-up':
        isHistory = false
        if (isEmpty) yield 'event: history\ndata: {"chunks":[]}\n\n'
        break
      case 'end':
        yield doneFrame
    }
  }
}

/** Yields `history` events, each with at most 64 KiB of data or with one chunk. */
function* historyFrames(chunks: readonly Chunk[]): Generator<string> {
  let encoded: string[] = []
  let bytes = 0
  let lastSeq = 0
  for (const chunk of chunks) {
    const text = encodeChunk(chunk)
    const size = Buffer.byteLength(text) + 1
    if (encoded.length > 0 && bytes + size > historyBytes - 16) {
      yield historyFrame(encoded, lastSeq)
      encoded = []
      bytes = 0
    }
    encoded.push(text)
    bytes += size
    lastSeq = chunk.seq
  }
  if (encoded.length > 0) yield historyFrame(encoded, lastSeq)
}

function historyFrame(encoded: readonly string[], lastSeq: number): string {
  return `id: ${lastSeq}\nevent: history\ndata: {"chunks":[${encoded.join(',')}]}\n\n`
}

function chunkFrame(chunk: Chunk): string {
  return `id: ${chunk.seq}\nevent: chunk\ndata: ${encodeChunk(chunk)}\n\n`
}

/**
 * Writes JSON manually: `ts` is in nanoseconds, which exceed the exact range of JavaScript numbers.
 */
function encodeChunk({ seq, kind, content, ts }: Chunk): string {
  const exact = isUtf8(content) ? '' : `,"content_b64":"${content.toString('base64')}"`
  return `{"seq":${seq},"stream_kind":${kind},"content":${JSON.stringify(content.toString())}${exact},"ts":${ts ?? 'null'}}`
}
