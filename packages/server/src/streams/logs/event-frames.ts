/** Server-Sent Events of a log (`http.md` 8.2). */
import { isUtf8 } from 'node:buffer'
import type { Chunk } from '@harmont/logs'

/** So few that an answer that nobody takes costs little; readers are told of 256 KiB at the most. */
const historyBytes = 64 * 1024

/** Written by hand: `ts` counts nanoseconds, which no JavaScript number holds. */
function encodeChunk({ seq, kind, content, ts }: Chunk): string {
  const exact = isUtf8(content) ? '' : `,"content_b64":"${content.toString('base64')}"`
  return `{"seq":${seq},"stream_kind":${kind},"content":${JSON.stringify(content.toString())}${exact},"ts":${ts ?? 'null'}}`
}

export function chunkFrame(chunk: Chunk): string {
  return `id: ${chunk.seq}\nevent: chunk\ndata: ${encodeChunk(chunk)}\n\n`
}

/** As few `history` events as hold these chunks, each with at most 64 KiB of data, or with one chunk; made as they are asked for. Without chunks there are none. */
export function* historyFrames(chunks: readonly Chunk[]): Generator<string> {
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

export const emptyHistoryFrame = 'event: history\ndata: {"chunks":[]}\n\n'
