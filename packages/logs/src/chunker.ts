import { type Chunk, MAX_CHUNK_BYTES } from './chunk.ts'
import { incompleteTail } from './utf8-tail.ts'

/** A piece of a command's output as it was read. */
export interface Piece {
  readonly kind: 0 | 1
  readonly bytes: Buffer
  /** Unix nanoseconds. */
  readonly ts: bigint
  /** Where reading goes on after this piece. */
  readonly nextOffset: number
}

/**
 * Cuts pieces into chunks of at most 32 KiB that end on a character boundary, joining what follows one another on one stream. Pure: equal
 * pieces give equal chunks. Give it pieces up to a clean cut (`cleanCut`), so that nothing is held back between two calls.
 */
export function cutChunks(pieces: readonly Piece[], firstSeq: number): Chunk[] {
  const chunks: Chunk[] = []
  const open: [Open | null, Open | null] = [null, null]
  const emit = (kind: 0 | 1, content: Buffer, ts: bigint) => {
    if (content.length > 0) chunks.push({ seq: firstSeq + chunks.length, kind, content, ts })
  }
  /** Gives out what is whole of the stream; the beginning of a character stays for its rest. */
  const flush = (kind: 0 | 1) => {
    const held = open[kind]
    if (held === null) return
    const bytes = Buffer.concat(held.parts)
    const tail = incompleteTail(bytes)
    emit(kind, bytes.subarray(0, bytes.length - tail), held.ts)
    open[kind] = tail === 0 ? null : { parts: [bytes.subarray(bytes.length - tail)], ts: held.ts, size: tail }
  }
  let last: 0 | 1 | null = null
  for (const { kind, bytes, ts } of pieces) {
    if (last !== null && last !== kind) flush(last)
    last = kind
    for (const part of slices(bytes)) {
      if ((open[kind]?.size ?? 0) + part.length > MAX_CHUNK_BYTES) flush(kind)
      const held = open[kind]
      if (held === null) open[kind] = { parts: [part], ts, size: part.length }
      else {
        held.parts.push(part)
        held.size += part.length
      }
    }
  }
  for (const kind of last === 1 ? ([0, 1] as const) : ([1, 0] as const)) {
    flush(kind)
    // Nobody waits any longer for the rest of this one: its bytes are given as they are.
    const rest = open[kind]
    if (rest !== null) emit(kind, Buffer.concat(rest.parts), rest.ts)
  }
  return chunks
}

interface Open {
  readonly parts: Buffer[]
  readonly ts: bigint
  size: number
}

/** So small that one slice and a held beginning of a character fit into a chunk. */
const sliceBytes = MAX_CHUNK_BYTES - 3

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += sliceBytes) yield bytes.subarray(at, at + sliceBytes)
}

/** How many of the pieces, from the first, can be cut without splitting a character: 0 when each end is in the middle of one. */
export function cleanCut(pieces: readonly Piece[]): number {
  const tails: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)]
  let clean = 0
  for (const [index, { kind, bytes }] of pieces.entries()) {
    const end = bytes.length >= 3 ? bytes.subarray(-3) : Buffer.concat([tails[kind], bytes]).subarray(-3)
    const tail = incompleteTail(end)
    tails[kind] = end.subarray(end.length - tail)
    if (tails[0].length === 0 && tails[1].length === 0) clean = index + 1
  }
  return clean
}
