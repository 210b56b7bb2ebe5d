import { type Chunk, MAX_CHUNK_BYTES } from '../chunk.ts'
import type { Slice } from '../piece.ts'
import { incompleteTail } from '../utf8-tail.ts'

/**
 * Cuts slices into chunks of at most 32 KiB that end on a character boundary, joining what follows one another on one stream. A line of one stream is not
 * broken by what the other one wrote meanwhile, when its rest is here as well: which of two pipes is read first is chance, and an error in the middle of
 * another line is read by nobody. Pure: equal slices give equal chunks. Nothing is held back between two calls: a half character at the end of a stream is given as it is.
 */
export function cutChunks(slices: readonly Pick<Slice, 'kind' | 'bytes' | 'ts'>[], firstSeq: number): Chunk[] {
  const chunks: Chunk[] = []
  const open: [Open | null, Open | null] = [null, null]
  const emit = (kind: 0 | 1, content: Buffer, ts: bigint) => {
    if (content.length > 0) chunks.push({ seq: firstSeq + chunks.length, kind, content, ts })
  }
  /** Gives out what is whole of the stream: characters, or lines. The beginning of another one stays for its rest. */
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
  // The beginning of a line comes last: its rest begins what comes next.
  for (const kind of endsLine(open[current]) ? ([current, other] as const) : ([other, current] as const)) {
    flush(kind)
    const rest = open[kind]
    if (rest !== null) emit(kind, joined(rest.parts), rest.ts)
  }
  return chunks
}

/** A longer line is not kept together: it would wait for what may never come. */
const longestKept = 4096

function endsLine(held: Open | null): boolean {
  return held?.parts.at(-1)?.at(-1) === 0x0a
}

/** How many bytes at the end are a line without its end, when it is no long one; else how many are a character without its end. */
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
