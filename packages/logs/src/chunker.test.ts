import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_CHUNK_BYTES } from './chunk.ts'
import { cleanCut, cutChunks, type Piece } from './chunker.ts'
import { incompleteTail } from './utf8-tail.ts'

/** Texts of all widths cut anywhere, random bytes among them, on two streams. */
const piece = fc
  .record({
    kind: fc.constantFrom(0 as const, 1 as const),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((it) => Buffer.from(it)),
      fc.string({ unit: 'binary', maxLength: 30 }).map((it) => Buffer.from(it)),
      fc.integer({ min: 30_000, max: 100_000 }).map((size) => Buffer.from('añ€😀'.repeat(size / 10))),
    ),
  })
  .map((it) => [it])
const split = fc
  .tuple(fc.constantFrom(0 as const, 1 as const), fc.constantFrom('é', '€', '😀'), fc.integer({ min: 1, max: 3 }))
  .map(([kind, text, at]) => [
    { kind, bytes: Buffer.from(text).subarray(0, at) },
    { kind, bytes: Buffer.from(text).subarray(at) },
  ])
const pieces = fc
  .array(fc.oneof(piece, split), { maxLength: 12 })
  .map((groups): Piece[] => groups.flat().map((it, index) => ({ ...it, ts: BigInt(index), nextOffset: index + 1 })))

const bytesOf = (kind: 0 | 1, parts: readonly { kind: number; content?: Buffer; bytes?: Buffer }[]) =>
  Buffer.concat(parts.filter((it) => it.kind === kind).map((it) => it.content ?? it.bytes ?? Buffer.alloc(0)))

test('G12 any cutting of any bytes gives the same bytes back on each stream, numbered without gaps, 32 KiB at most', () => {
  fc.assert(
    fc.property(pieces, (given) => {
      const chunks = cutChunks(given, 7)
      for (const kind of [0, 1] as const) expect(bytesOf(kind, chunks).equals(bytesOf(kind, given))).toBe(true)
      expect(chunks.map((it) => it.seq)).toEqual(chunks.map((_, index) => 7 + index))
      for (const { content } of chunks) {
        expect(content.length).toBeGreaterThan(0)
        expect(content.length).toBeLessThanOrEqual(MAX_CHUNK_BYTES)
      }
    }),
    { numRuns: 300 },
  )
})

test('text that is UTF-8 is never cut within a character, wherever the pieces were', () => {
  const text = Buffer.from('é€😀x'.repeat(20_000))
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 30 }), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), text.length]
      const given = at
        .slice(1)
        .map((end, index): Piece => ({ kind: 0, bytes: text.subarray(at[index], end), ts: 0n, nextOffset: end }))
      for (const { content } of cutChunks(given, 1)) expect(content.toString('utf8')).not.toContain('\ufffd')
    }),
    { numRuns: 100 },
  )
})

test('a clean cut leaves no stream in the middle of a character, and is the longest such', () => {
  fc.assert(
    fc.property(pieces, (given) => {
      const isClean = (count: number) =>
        ([0, 1] as const).every((kind) => incompleteTail(bytesOf(kind, given.slice(0, count))) === 0)
      const longest = given.findLastIndex((_, index) => isClean(index + 1)) + 1
      expect(cleanCut(given)).toBe(longest)
    }),
    { numRuns: 300 },
  )
})

test('a tail is incomplete exactly when further bytes could make it a character', () => {
  expect(incompleteTail(Buffer.from([0x61, 0xc3]))).toBe(1)
  expect(incompleteTail(Buffer.from([0xe2, 0x82]))).toBe(2)
  expect(incompleteTail(Buffer.from([0xf0, 0x9f, 0x98]))).toBe(3)
  for (const hopeless of [[0x80], [0xc0], [0xe0, 0x80], [0xed, 0xa0], [0xf5], [0xf4, 0x90], [0xff], [0xe2, 0x82, 0xac]])
    expect(incompleteTail(Buffer.from(hopeless)), hopeless.join()).toBe(0)
})
