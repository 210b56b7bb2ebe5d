import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Chunk, StreamKind } from './chunk.ts'
import { decodeSegment, encodeSegment } from './segment.ts'

const chunks: fc.Arbitrary<Chunk[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom<StreamKind>(0, 1, 2),
      content: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
      ts: fc.option(fc.bigInt({ min: 0n, max: 2n ** 62n })),
    }),
  )
  .map((all) => all.map((chunk, turn) => ({ ...chunk, seq: 7 + turn })))

test('a segment round-trips its chunks byte for byte', () => {
  fc.assert(
    fc.property(chunks, (all) => {
      expect(decodeSegment(encodeSegment(all), 7)).toEqual(all)
    }),
  )
})

test('a damaged segment is refused', () => {
  const whole = encodeSegment([{ seq: 1, kind: 0, content: Buffer.from('abc'), ts: 1n }])
  expect(() => decodeSegment(whole.subarray(0, -1), 1)).toThrow(RangeError)
  expect(() => decodeSegment(whole.subarray(0, 9), 1)).toThrow(RangeError)
})
