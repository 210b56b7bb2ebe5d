import { readFileSync } from 'node:fs'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contrastOf, enough } from './contrast.ts'
import { styleAfter, tokens } from './escapes.ts'
import { themes } from './palette.ts'
import { playLine } from './play-line.ts'
import { plain, type Style, trueColour } from './style.ts'
import { coloursOf } from './style-css.ts'

test('web L5 sixteen, 256 and true colours work with either separator', () => {
  const after = (codes: string) => styleAfter(`\x1b[${codes}m`, plain)
  expect(after('1;31;44')).toEqual({ ...plain, bold: true, fg: 1, bg: 4 })
  expect(after('97;100')).toEqual({ ...plain, fg: 15, bg: 8 })
  expect(after('38;5;208;4')).toEqual({ ...plain, fg: 208, underline: true })
  expect([after('38;2;255;0;10'), after('38:2:255:0:10'), after('38:2::255:0:10')]).toEqual(
    Array.from({ length: 3 }, () => ({ ...plain, fg: trueColour + 0xff000a })),
  )
  expect(styleAfter('\x1b[2;3;7;9mx\x1b[22;23;27;29m', plain)).toEqual(plain)
  expect(after('8')).toEqual(plain)
})

test('web L7 sequences other than colours show nothing, and an unterminated sequence is text after 256 characters', () => {
  const quiet = '\x1b[2J\x1b[1;1H\x1b]0;title\x07\x1b]52;c;c2VjcmV0\x07\x1bP+q544e\x1b\\\x1b[?1049h\x1b=ok'
  expect(playLine(quiet, plain)).toMatchObject({ text: 'ok', updates: 0 })
  expect(playLine(`\x1b]0;${'x'.repeat(300)}`, plain).text).toHaveLength(300 - 254)
})

test('web L21 after a thousand style changes a line is plain', () => {
  const changes = scaled(100_000, 1_000_000)
  const line = Array.from({ length: changes }, (_, at) => `\x1b[3${at % 8}mx`).join('')
  const { runs, text } = playLine(line, plain)
  expect(text).toHaveLength(changes)
  expect(runs).toHaveLength(1001)
  expect(runs.at(-1)).toEqual({ end: changes, style: plain, href: null })
})

test('web L5 any pair of colours is legible in both themes', () => {
  const colour = fc.oneof(
    fc.constant(null),
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: trueColour, max: trueColour * 2 - 1 }),
  )
  const style: fc.Arbitrary<Style> = fc.record({
    fg: colour,
    bg: colour,
    dim: fc.boolean(),
    inverse: fc.boolean(),
    bold: fc.boolean(),
    italic: fc.boolean(),
    underline: fc.boolean(),
    strike: fc.boolean(),
  })
  fc.assert(
    fc.property(style, fc.constantFrom('light' as const, 'dark' as const), (given, theme) => {
      const { text, ground } = coloursOf(given, theme)
      return contrastOf(text, ground) >= enough
    }),
    { numRuns: scaled(1000) },
  )
})

test('the colours of the log are those of tokens.css', () => {
  const css = readFileSync(new URL('../../design/tokens.css', import.meta.url), 'utf8')
  const token = (name: string) => new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(css)?.slice(1)
  expect(token('inset')).toEqual([themes.light.ground, themes.dark.ground])
  expect(token('text')).toEqual([themes.light.text, themes.dark.text])
  const ansi = Array.from({ length: 16 }, (_, at) => token(`ansi-${at}`))
  expect(ansi).toEqual(themes.light.ansi.map((colour, at) => [colour, themes.dark.ansi[at]]))
})

test('a plain line is a single token', () => {
  expect(tokens('')).toEqual([])
  expect(tokens('abc')).toEqual([{ kind: 'text', text: 'abc' }])
})
