/**
 * Checks that page and server interpret escape sequences alike, so that a search matches the
 * displayed text and a page of a log begins with the right colours.
 */
import { anyCharacter } from '@harmont/test-kit/character'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stripEscapes } from '../packages/logs/src/escapes.ts'
import { SgrTracker } from '../packages/logs/src/lines/sgr.ts'
import { styleAfter, withoutEscapes } from '../packages/web/src/log/terminal/escapes.ts'
import { plain } from '../packages/web/src/log/terminal/style.ts'

/** Parts of terminal streams, whole and broken. */
const code = fc.oneof(
  fc.integer({ min: 0, max: 110 }).map(String),
  fc.constantFrom(
    '38;5;208',
    '48;5;17',
    '38;2;1;2;3',
    '48;2;9;8;7',
    '38:2:1:2:3',
    '38:2::1:2:3',
    '48:5:300',
    '4:0',
    '4:3',
    '58;5;1',
    '',
  ),
)
const sgr = fc.array(code, { maxLength: 4 }).map((codes) => `\x1b[${codes.join(';')}m`)
const other = fc.constantFrom(
  ...[
    '\x1b',
    '\x1b[',
    '\x1b[3',
    '\x1b[2J',
    '\x1b[1A',
    '\x1b[?25l',
    '\x1b]0;title\x07',
    '\x1b]52;c;AAAA\x1b\\',
    '\x1b]8;;https://a.b/\x1b\\',
    '\x1b]8;;\x1b\\',
  ],
  ...[
    '\x1bP1$r',
    '\x1b(B',
    '\x1bc',
    '\x1b]0;never',
    '\x1b^x\x1b\\',
    '\x1b[>4;2m',
    '\x1b[1 q',
    '\r',
    '\b',
    '\t',
    '\0',
    '\x9b31m',
  ],
)
const stream = fc
  .array(fc.oneof(sgr, other, fc.string({ maxLength: 6 }), fc.string({ unit: anyCharacter, maxLength: 3 })), {
    maxLength: 30,
  })
  .map((parts) => parts.join('').replaceAll('\n', ''))

test('web L7 page and server search strip any stream to the same text', () => {
  fc.assert(
    fc.property(stream, (line) => {
      expect(withoutEscapes(line)).toBe(stripEscapes(line))
    }),
    { numRuns: scaled(500) },
  )
})

test('web L5 page and server agree on the colours in force after a line', () => {
  fc.assert(
    fc.property(fc.array(stream, { maxLength: 4 }), (lines) => {
      const tracker = new SgrTracker()
      tracker.push(Buffer.from(`${lines.join('\n')}\n`))
      const carried = lines.reduce((style, line) => styleAfter(line, style), plain)
      expect(carried).toEqual(styleAfter(tracker.sequence, plain))
    }),
    { numRuns: scaled(500) },
  )
})
