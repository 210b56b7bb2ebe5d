import { type Chunk, MAX_CHUNK_BYTES } from './chunk.ts'
import type { Slice } from './piece.ts'
import { incompleteTail } from './utf8-tail.ts'

/**
 * Cuts slices into chunks of at most 32 KiB that end on a character boundary, joining what follows one another on one stream. Pure: equal slices
 * give equal chunks. Nothing is held back between two calls: a half character at the end of a stream is given as it is.
 */
export function cutChunks(slices: readonly Pick<Slice, 'kind' | 'bytes' | 'ts'>[], firstSeq: number): Chunk[] {
  const chunks: Chunk[] = []
  const open: [Open | null, Open | null] = [null, null]
  const emit = (kind: 0 | 1, content: Buffer, ts: bigint) => {
    if (content.length > 0) chunks.push({ seq: firstSeq + chunks.length, kind, content, ts })
  }
  /** Gives out what is whole of the stream; the beginning of a character stays for its rest. */
  const flush = (kind: 0 | 1) => {
    const held = open[kind]
    if (held === null) return
    const bytes = joined(held.parts)
    const tail = incompleteTail(bytes)
    emit(kind, bytes.subarray(0, bytes.length - tail), held.ts)
    open[kind] = tail === 0 ? null : { parts: [bytes.subarray(bytes.length - tail)], ts: held.ts, size: tail }
  }
  let last: 0 | 1 | null = null
  for (const { kind, bytes, ts } of slices) {
    if (last !== null && last !== kind) flush(last)
    last = kind
    if ((open[kind]?.size ?? 0) + bytes.length > MAX_CHUNK_BYTES) flush(kind)
    const held = open[kind]
    if (held === null) open[kind] = { parts: [bytes], ts, size: bytes.length }
    else {
      held.parts.push(bytes)
      held.size += bytes.length
    }
  }
  for (const kind of last === 1 ? ([0, 1] as const) : ([1, 0] as const)) {
    flush(kind)
    const rest = open[kind]
    if (rest !== null) emit(kind, joined(rest.parts), rest.ts)
  }
  return chunks
}

interface Open {
  readonly parts: Buffer[]
  readonly ts: bigint
  size: number
}

function joined(parts: readonly Buffer[]): Buffer {
  const [only] = parts
  return only !== undefined && parts.length === 1 ? only : Buffer.concat(parts)
}
