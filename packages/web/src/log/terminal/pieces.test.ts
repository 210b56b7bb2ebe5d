import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { piecesOf } from './pieces.ts'
import { playLine } from './play-line.ts'
import { plain } from './style.ts'

const cut = (line: string, hits?: readonly (readonly number[])[]) => piecesOf(playLine(line, plain), null, hits)

test('web L12 hits are marked in place, across colours', () => {
  const pieces = cut('a\x1b[31mbc\x1b[0md see https://a.b/c', [
    [1, 4],
    [20, 22],
  ])
  expect(pieces.map(({ text, hit }) => [text, hit])).toEqual([
    ['a', null],
    ['bc', 0],
    ['d', 0],
    [' see ', null],
    ['https://a.b', null],
    ['/c', 1],
  ])
  expect(pieces.map(({ link }) => link?.href ?? null)).toEqual([
    null,
    null,
    null,
    null,
    'https://a.b/c',
    'https://a.b/c',
  ])
})

test('web L12 an overwritten hit is not marked, and of a partly overwritten hit the rest is', () => {
  expect(cut('abc\rx', [[0, 3]]).map(({ text, hit }) => [text, hit])).toEqual([
    ['x', null],
    ['bc', 0],
  ])
  expect(cut('abc\rxyz', [[0, 3]]).every(({ hit }) => hit === null)).toBe(true)
})

test('web L8 a label that shows a false address is one link to its real target', () => {
  const [piece] = cut('\x1b]8;;https://evil.example/\x07https://bank.example\x1b]8;;\x07')
  expect(piece?.link).toMatchObject({ href: 'https://evil.example/', host: 'evil.example' })
  expect(cut('\x1b]8;;javascript:alert(1)\x07x\x1b]8;;\x07')[0]?.link).toBeNull()
})

test('web L21 the pieces contain all shown text once and in order', () => {
  const part = fc.constantFrom(
    'a',
    ' ',
    'https://x.y/z ',
    '\x1b[31m',
    '\x1b[0m',
    '\x1b]8;;http://q.r\x07',
    '\x1b]8;;\x07',
    '\r',
    '\b',
    '😀',
    'src/a.ts:3 ',
  )
  const range = fc.tuple(fc.nat(30), fc.nat(30)).map(([from, size]) => [from, from + size + 1])
  fc.assert(
    fc.property(fc.array(part, { maxLength: 25, size: 'max' }), fc.array(range, { maxLength: 3 }), (parts, ranges) => {
      const played = playLine(parts.join(''), plain)
      const hits = ranges.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
      const pieces = piecesOf(played, { url: 'https://github.com/a/b', commit: 'c' }, hits)
      expect(pieces.map(({ text }) => text).join('')).toBe(played.text)
      expect(pieces.every(({ at, text }) => played.text.startsWith(text, at))).toBe(true)
    }),
    { numRuns: scaled(300) },
  )
})
