import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inert, inertLine, inertText } from './inert.ts'

test.each([
  ['plain', 'plain'],
  ['\x1b[1;31mred\x1b[0m', 'red'],
  ['\x1b[2J\x1b[H\x1b[?1049hgone', 'gone'],
  ['\x9b31mred', 'red'],
  ['\x1b]0;title\x07text', 'text'],
  ['\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\', 'link'],
  ['\x1bP1$r\x1b\\text', 'text'],
  ['\x1bctext', 'text'],
  ['\x1b(Btext', 'text'],
  ['a\x1b]0;never ends', 'a?]0;never ends'],
  ['a\x1b[31', 'a?[31'],
  ['bell\x07 back\x08 nul\x00', 'bell? back? nul?'],
  ['one\rtwo\nthree', 'one?two?three'],
  ['\u202egnp.exe\u202c \u2066x\u2069 \u200fy \u061cz', '?gnp.exe? ?x? ?y ?z'],
  ['a\u206ab\u206f c\ufff9d\ufffb', 'a?b? c?d?'],
  ['half \ud83d of a pair', 'half ? of a pair'],
  ['tab\tstays', 'tab\tstays'],
  ['文書 é ✓ 👩‍👩‍👧', '文書 é ✓ 👩‍👩‍👧'],
])('%j is shown as %j', (text, shown) => {
  expect(inert(text)).toBe(shown)
})

test('preserves the lines of a text', () => {
  expect(inertText('one\r\ntwo\x1b[2J\n\u202ethree\r')).toBe('one\ntwo\n?three?')
})

test.each([
  ['10%\r50%\rdone', 'done'],
  ['windows line\r', 'windows line'],
  ['10%\r\x1b[2Kdone\r\r', 'done'],
  ['a\tb', 'a    b'],
])('as one line, %j is %j', (text, shown) => {
  expect(inertLine(text)).toBe(shown)
})

// Generates every code unit that a terminal acts on, mixed with parts of sequences.
const hostile = fc.string({
  unit: fc.constantFrom(...'\x1b\x9b\x9d\x90\x9c\x07\r\n\b\0[]P\\;?0m AK文\u202e\u2069\u061c'),
  maxLength: 40,
})

test('no text keeps control sequences, and a second pass changes nothing', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const shown = inert(text)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the test is about control characters
      expect(shown).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f-\x9f\u202e\u2069\u061c]/)
      expect(inert(shown)).toBe(shown)
    }),
    { numRuns: scaled(500) },
  )
})

test('a megabyte of unfinished sequences takes linear time', () => {
  for (const piece of ['\x1b[', '\x1b]', '\x9d;', '\x1b[1;'])
    expect(inert(piece.repeat(500_000)).length).toBeGreaterThan(500_000)
})
