import fc from 'fast-check'
import type { Chunk } from '../chunk.ts'
import type { Piece } from '../piece.ts'
import { readsFrom } from './progress.ts'
import { type Batch, type CutterOptions, SpoolCutter } from './spool-cutter.ts'

/** Options of a log with a limit that no test reaches. */
export const unlimited: CutterOptions = {
  firstSeq: 1,
  progress: { phase: 'head', position: { offset: 0, skip: [0, 0] } },
  keptBytes: 0,
  maxBytes: 2 ** 30,
  redactor: null,
}

export type Part = Pick<Piece, 'kind' | 'bytes'>

/** Returns the parts as pieces of a sandbox's spool, each with a head of ten bytes. */
export function piecesOf(parts: readonly Part[]): Piece[] {
  let nextOffset = 0
  return parts.map((part, index) => {
    nextOffset += part.bytes.length + 10
    return { ...part, ts: BigInt(index), nextOffset }
  })
}

/**
 * Joins adjacent pieces of one stream as `joins` selects, like another reading of the same spool.
 */
function joinedPieces(pieces: readonly Piece[], joins: readonly boolean[]): Piece[] {
  const joined: Piece[] = []
  for (const [index, piece] of pieces.entries()) {
    const last = joined.at(-1)
    if (last?.kind === piece.kind && joins[index % joins.length])
      joined.splice(-1, 1, { ...piece, bytes: Buffer.concat([last.bytes, piece.bytes]), ts: last.ts })
    else joined.push(piece)
  }
  return joined
}

/**
 * Describes the reading of a spool: `takes` selects the pieces after which output is taken, `joins`
 * the pieces to join, and `ms` is the time per piece.
 */
export interface Reading {
  readonly takes: readonly boolean[]
  readonly joins: readonly boolean[]
  readonly ms: number
}

/**
 * Returns the batches of a whole reading, as `batches` makes them. The tail of a long log is read
 * again.
 */
export function readAll(parts: readonly Part[], { takes, joins, ms }: Reading, options: CutterOptions): Batch[] {
  const all = piecesOf(parts)
  const found: (Batch | null)[] = []
  for (let next: CutterOptions | null = options; next !== null; ) {
    const cutter: SpoolCutter = new SpoolCutter(next)
    const offset = readsFrom(next.progress)
    const from = all.filter((_, index) => (all[index - 1]?.nextOffset ?? 0) >= offset)
    for (const [index, piece] of joinedPieces(from, joins).entries()) {
      cutter.push(piece, index * ms)
      if (takes[index % takes.length]) found.push(cutter.take(index * ms))
    }
    found.push(cutter.end())
    next = cutter.rest === null ? null : { ...cutter.rest, redactor: options.redactor }
  }
  return found.filter((batch) => batch !== null)
}

const booleans = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 })
export const readings: fc.Arbitrary<Reading> = fc.record({
  takes: booleans,
  joins: fc.oneof(fc.constant([false]), booleans),
  ms: fc.constantFrom(0, 40, 200),
})

/** Returns all bytes of one stream, in order. */
export function streamOf(kind: 0 | 1, parts: readonly Part[] | readonly Chunk[]): Buffer {
  return Buffer.concat(parts.filter((it) => it.kind === kind).map((it) => ('content' in it ? it.content : it.bytes)))
}

export const chunksOf = (batches: readonly Batch[]) => batches.flatMap(({ chunks }) => chunks)

const kind = fc.constantFrom(0 as const, 1 as const)

/**
 * Generates two streams of text, mixed in any order and cut anywhere, often inside characters of
 * both.
 */
export const mixedTexts: fc.Arbitrary<Part[]> = fc
  .tuple(
    fc.string({ unit: fc.constantFrom('x', 'é', '€', '😀'), maxLength: 60, size: 'max' }),
    fc.string({ unit: fc.constantFrom('x', 'é', '€', '😀'), maxLength: 60, size: 'max' }),
    fc.array(fc.tuple(kind, fc.integer({ min: 1, max: 6 })), { maxLength: 120, size: 'max' }),
    // Repetitions of each character: 1, or enough for many chunks.
    fc.constantFrom(1, 1, 1, 2_500),
  )
  .map(([out, err, turns, times]) => {
    const rest: [Buffer, Buffer] = [grown(out, times), grown(err, times)]
    const parts: Part[] = []
    const cut = (from: 0 | 1, size: number) => {
      if (rest[from].length === 0) return
      parts.push({ kind: from, bytes: rest[from].subarray(0, size) })
      rest[from] = rest[from].subarray(size)
    }
    for (const [from, size] of turns) cut(from, times === 1 ? size : size * 10_007)
    cut(0, rest[0].length)
    cut(1, rest[1].length)
    return parts
  })

const grown = (text: string, times: number) => Buffer.from([...text].map((char) => char.repeat(times)).join(''))

/** Arbitrary bytes on two streams. */
export const anyParts: fc.Arbitrary<Part[]> = fc.array(
  fc.record({ kind, bytes: fc.uint8Array({ maxLength: 12 }).map((it) => Buffer.from(it)) }),
  { maxLength: 40, size: 'max' },
)
