import { anyCharacter } from '@harmont/test-kit/character'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineSplitter } from './line-splitter.ts'

const chunk = (kind: 0 | 1 | 2, content: Buffer | string, ts = 0n) => ({
  seq: 1,
  kind,
  content: Buffer.from(content),
  ts,
})

test('each stream keeps its own lines while the other one writes', () => {
  const splitter = new LineSplitter()
  expect(splitter.push(chunk(0, 'one\ntw', 2_000_000n))).toEqual([{ stream: 'stdout', line: 'one', ts: 2 }])
  expect(splitter.push(chunk(1, 'bad\r\n', 3_000_000n))).toEqual([{ stream: 'stderr', line: 'bad', ts: 3 }])
  expect(splitter.push(chunk(0, 'o', 4_000_000n))).toEqual([])
  expect(splitter.rest()).toEqual([{ stream: 'stdout', line: 'two', ts: 4 }])
  expect(splitter.rest()).toEqual([])
})

test('chunk boundaries do not change the lines', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: anyCharacter })), fc.array(fc.nat(40)), (texts, cuts) => {
      const lines = texts.map((text) => text.replace(/[\n\r\ufeff]/g, ''))
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
      const splitter = new LineSplitter()
      const given: string[] = []
      for (let from = 0, cut = 0; from < bytes.length; cut++) {
        const to = from + 1 + (cuts[cut % Math.max(1, cuts.length)] ?? 7)
        given.push(...splitter.push(chunk(0, bytes.subarray(from, to))).map(({ line }) => line))
        from = to
      }
      expect(given).toEqual(lines)
      expect(splitter.rest()).toEqual([])
    }),
  )
})

test('splits an unending line, so that memory does not grow with it', () => {
  const splitter = new LineSplitter()
  const pieces = splitter.push(chunk(0, 'x'.repeat(200_000)))
  expect(pieces.map(({ line }) => line.length)).toEqual([65_536, 65_536, 65_536])
  expect(splitter.rest().map(({ line }) => line.length)).toEqual([200_000 - 3 * 65_536])
})
