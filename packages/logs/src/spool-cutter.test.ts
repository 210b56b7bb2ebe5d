import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_CHUNK_BYTES } from './chunk.ts'
import {
  anyParts,
  chunksOf,
  joinedPieces,
  mixedTexts,
  type Part,
  piecesOf,
  streamOf,
  unlimited,
} from './output.test-support.ts'
import { decodePosition } from './position.ts'
import { type Batch, type CutterOptions, SpoolCutter } from './spool-cutter.ts'

/** A reading of a spool: `takes` says after which pieces what is there is taken, `joins` which pieces come as one, `ms` how long each takes to come. */
interface Reading {
  readonly takes: readonly boolean[]
  readonly joins: readonly boolean[]
  readonly ms: number
}

function read(parts: readonly Part[], { takes, joins, ms }: Reading, options: CutterOptions = unlimited): Batch[] {
  const cutter = new SpoolCutter(options)
  const all = piecesOf(parts)
  const from = all.filter((_, index) => (all[index - 1]?.nextOffset ?? 0) >= options.position.offset)
  const taken = joinedPieces(from, joins).map((piece, index) => {
    cutter.push(piece, index * ms)
    return takes[index % takes.length] ? cutter.take(index * ms) : null
  })
  return [...taken, cutter.end()].filter((batch) => batch !== null)
}

const booleans = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 })
const reading: fc.Arbitrary<Reading> = fc.record({
  takes: booleans,
  joins: fc.oneof(fc.constant([false]), booleans),
  ms: fc.constantFrom(0, 40, 200),
})

test('G12 any cutting of any bytes gives the same bytes back on each stream, numbered without gaps, 32 KiB at most', () => {
  fc.assert(
    fc.property(fc.oneof(anyParts, mixedTexts), reading, (parts, how) => {
      const chunks = chunksOf(read(parts, how, { ...unlimited, firstSeq: 7 }))
      for (const kind of [0, 1] as const) expect(streamOf(kind, chunks).equals(streamOf(kind, parts))).toBe(true)
      expect(chunks.map((it) => it.seq)).toEqual(chunks.map((_, index) => 7 + index))
      for (const { content } of chunks) {
        expect(content.length).toBeGreaterThan(0)
        expect(content.length).toBeLessThanOrEqual(MAX_CHUNK_BYTES)
      }
    }),
    { numRuns: 300 },
  )
})

test('G12 two streams of text are never cut within a character, wherever the pieces are cut and however they are mixed', () => {
  fc.assert(
    fc.property(mixedTexts, reading, (parts, how) => {
      for (const { content } of chunksOf(read(parts, { ...how, ms: 0 }))) expect(isUtf8(content)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('G02 from any position that was stored another process gives exactly the rest, its pieces cut differently too', () => {
  fc.assert(
    fc.property(fc.oneof(anyParts, mixedTexts), reading, reading, (parts, how, howLater) => {
      const batches = read(parts, how)
      for (const [index, { position }] of batches.entries()) {
        const before = chunksOf(batches.slice(0, index + 1))
        const resumed = { ...unlimited, firstSeq: before.length + 1, position: decodePosition(position) }
        const all = [...before, ...chunksOf(read(parts, howLater, resumed))]
        for (const kind of [0, 1] as const) expect(streamOf(kind, all).equals(streamOf(kind, parts))).toBe(true)
      }
    }),
    { numRuns: 200 },
  )
})

test('a half character waits 100 ms for its rest, and does not keep back the other stream', () => {
  const [piece, other] = piecesOf([
    { kind: 0, bytes: Buffer.from([0x61, 0xe2]) },
    { kind: 1, bytes: Buffer.from('b') },
  ])
  if (piece === undefined || other === undefined) throw new Error('no pieces')
  const cutter = new SpoolCutter(unlimited)
  cutter.push(piece, 1_000)
  expect(cutter.take(1_000)?.chunks.map((it) => it.content.toString())).toEqual(['a'])
  cutter.push(other, 1_050)
  expect(cutter.take(1_050)?.chunks.map((it) => it.content.toString())).toEqual(['b'])
  expect(cutter.take(1_099)).toBeNull()
  expect(cutter.take(1_100)?.chunks.map((it) => [...it.content])).toEqual([[0xe2]])
  expect(cutter.end()).toBeNull()
})

test('nothing waits behind a half character of the other stream, however long that takes', () => {
  const parts: Part[] = [{ kind: 0, bytes: Buffer.from([0xe2]) }]
  for (let count = 0; count < 40; count += 1) parts.push({ kind: 1, bytes: Buffer.alloc(65_536, 'x') })
  const cutter = new SpoolCutter(unlimited)
  for (const piece of piecesOf(parts)) {
    cutter.push(piece, 0)
    cutter.take(1)
    expect(cutter.waitingBytes).toBe(1)
  }
})
