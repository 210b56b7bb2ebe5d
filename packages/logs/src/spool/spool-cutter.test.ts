import { isUtf8 } from 'node:buffer'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_CHUNK_BYTES } from '../chunk.ts'
import {
  anyParts,
  chunksOf,
  mixedTexts,
  type Part,
  piecesOf,
  readAll,
  readings,
  streamOf,
  unlimited,
} from './output.test-support.ts'
import { decodeProgress } from './progress.ts'
import { SpoolCutter } from './spool-cutter.ts'

test('G12 any bytes cut anywhere come back unchanged on each stream, in chunks of at most 32 KiB numbered without gaps', () => {
  fc.assert(
    fc.property(fc.oneof(anyParts, mixedTexts), readings, (parts, how) => {
      const chunks = chunksOf(readAll(parts, how, { ...unlimited, firstSeq: 7 }))
      for (const kind of [0, 1] as const) expect(streamOf(kind, chunks).equals(streamOf(kind, parts))).toBe(true)
      expect(chunks.map((it) => it.seq)).toEqual(chunks.map((_, index) => 7 + index))
      for (const { content } of chunks) {
        expect(content.length).toBeGreaterThan(0)
        expect(content.length).toBeLessThanOrEqual(MAX_CHUNK_BYTES)
      }
    }),
    { numRuns: scaled(100) },
  )
})

test('G12 no chunk of two text streams is cut within a character, however the pieces are cut and mixed', () => {
  fc.assert(
    fc.property(mixedTexts, readings, (parts, how) => {
      for (const { content } of chunksOf(readAll(parts, { ...how, ms: 0 }, unlimited)))
        expect(isUtf8(content)).toBe(true)
    }),
    { numRuns: scaled(100) },
  )
})

test('G02 another process returns exactly the rest from any stored position, even with different pieces', () => {
  fc.assert(
    fc.property(fc.oneof(anyParts, mixedTexts), readings, readings, (parts, how, howLater) => {
      const batches = readAll(parts, how, unlimited)
      for (const [index, { position }] of batches.entries()) {
        const before = chunksOf(batches.slice(0, index + 1))
        const resumed = { ...unlimited, firstSeq: before.length + 1, progress: decodeProgress(position) }
        const all = [...before, ...chunksOf(readAll(parts, howLater, resumed))]
        for (const kind of [0, 1] as const) expect(streamOf(kind, all).equals(streamOf(kind, parts))).toBe(true)
      }
    }),
    { numRuns: scaled(60) },
  )
})

test('an incomplete character waits 100 ms for its rest, and does not delay the other stream', () => {
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

test('an incomplete character of one stream never delays the other', () => {
  const parts: Part[] = [{ kind: 0, bytes: Buffer.from([0xe2]) }]
  for (let count = 0; count < 40; count += 1) parts.push({ kind: 1, bytes: Buffer.alloc(65_536, 'x') })
  const cutter = new SpoolCutter(unlimited)
  for (const piece of piecesOf(parts)) {
    cutter.push(piece, 0)
    cutter.take(1)
    expect(cutter.waitingBytes).toBe(1)
  }
})
