import { type Chunk, MAX_CHUNK_BYTES } from '../chunk.ts'
import type { Slice } from '../piece.ts'
import { incompleteTail } from '../utf8-tail.ts'

/**
 * Cuts slices into chunks of at most 32 KiB that end on a character boundary, and joins consecutive
 * slices of one stream. Output of the other stream does not break a line whose rest is present,
 * because the reading order of two pipes is random. Equal slices yield equal chunks. Nothing is
 * held back between calls: an incomplete character at the end is emitted unchanged.
 */
export function cutChunks(slices: readonly Pick<Slice, 'kind' | 'bytes' | 'ts'>[], firstSeq: number): Chunk[] {
  const chunks: Chunk[] = []
  const open: [Open | null, Open | null] = [null, null]
  const emit = (kind: 0 | 1, content: Buffer, ts: bigint) => {
    if (content.length > 0) chunks.push({ seq: firstSeq + chunks.length, kind, content, ts })
  }
  /** Emits the complete characters, or lines, of a stream. The rest stays open. */
  const flush = (kind: 0 | 1, tailOf = incompleteTail) => {
    const held = open[kind]
    if (held === null) return
    const bytes = joined(held.parts)
    const tail = tailOf(bytes)
    emit(kind, bytes.subarray(0, bytes.length - tail), held.ts)
    open[kind] = tail === 0 ? null : { parts: [bytes.subarray(bytes.length - tail)], ts: held.ts, size: tail }
  }
  let last: 0 | 1 | null = null
  for (const { kind, bytes, ts } of slices) {
    if (last !== null && last !== kind) flush(last, openLine)
    last = kind
    for (const tailOf of [openLine, incompleteTail])
      if ((open[kind]?.size ?? 0) + bytes.length > MAX_CHUNK_BYTES) flush(kind, tailOf)
    const held = open[kind]
    if (held === null) open[kind] = { parts: [bytes], ts, size: bytes.length }
    else {
      held.parts.push(bytes)
      held.size += bytes.length
    }
  }
  const current = last ?? 0
  const other = current === 0 ? 1 : 0
  // An incomplete line goes last, so that its rest follows directly.
  for (const kind of endsLine(open[current]) ? ([current, other] as const) : ([other, current] as const)) {
    flush(kind)
    const rest = open[kind]
    if (rest !== null) emit(kind, joined(rest.parts), rest.ts)
  }
  return chunks
}

/** Longer lines are not kept together, because their end may never come. */
const longestKept = 4096

function endsLine(held: Open | null): boolean {
  return held?.parts.at(-1)?.at(-1) === 0x0a
}

/**
 * Returns the length of the incomplete line at the end or, in a long line, of the incomplete
 * character.
 */
function openLine(bytes: Buffer): number {
  const rest = bytes.length - (bytes.lastIndexOf(0x0a) + 1)
  return rest <= longestKept ? rest : incompleteTail(bytes)
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
