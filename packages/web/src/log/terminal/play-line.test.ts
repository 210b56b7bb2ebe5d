import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withoutEscapes } from './escapes.ts'
import { playLine, statesOf } from './play-line.ts'
import { plain } from './style.ts'

const shown = (line: string) => playLine(line, plain).text

test('web L6 a progress bar shows its last state and the number of its updates', () => {
  const bar = Array.from(
    { length: 413 },
    (_, at) => `\r${String(at).padStart(3)} of 412 [${'#'.repeat(at % 20).padEnd(20)}]`,
  ).join('')
  expect(playLine(bar, plain)).toMatchObject({ text: `412 of 412 [${'#'.repeat(12).padEnd(20)}]`, updates: 412 })
  const states = statesOf(bar, plain, 50)
  expect(states).toHaveLength(50)
  expect(states[0]).toContain('363 of 412')
  expect(states.at(-1)).toContain('412 of 412')
})

test("web L6 a line follows the terminal's rules", () => {
  expect(shown('abc\rx')).toBe('xbc')
  expect(shown('foo\r')).toBe('foo')
  expect(playLine('foo\r', plain).updates).toBe(0)
  expect(shown('100%\r\x1b[K5%')).toBe('5%')
  expect(shown('ab\bc')).toBe('ac')
  expect(shown('|\b/\b-\b\\')).toBe('\\')
  expect(shown('abcdef\x1b[3D\x1b[1P!')).toBe('abc!f')
  expect(shown('abcdef\x1b[2G\x1b[2X')).toBe('a  def')
  expect(shown('ab\x1b[4Cc')).toBe('ab    c')
  expect(shown('abc\x1b[1G\x1b[2@')).toBe('  abc')
  expect(shown('a\tb\rX')).toBe('X       b')
  expect(shown('a\tb')).toBe('a\tb')
  expect(shown('one\x1b[1Atwo')).toBe('onetwo')
  expect(shown('x\x1b[999999999Cy')).toHaveLength(10_000)
})

test('web L20 control characters become pictures, direction marks become names, and combining marks stay on their letter', () => {
  expect(shown('a\0b\x07\x7f')).toBe('a␀b␇␡')
  expect(shown('evil\u202etxt.exe')).toBe('evil⟨U+202E⟩txt.exe')
  expect(shown('e\u0301\rx')).toBe('x')
})

test('web L6 any line shows what a simple terminal shows', () => {
  const letter = fc.constantFrom(...'abcdefg ')
  const step = fc.oneof(
    { weight: 6, arbitrary: letter },
    fc.constantFrom('\r', '\b', '\t', '\x1b[K', '\x1b[1K', '\x1b[2K', '\x1b[2C', '\x1b[3D', '\x1b[4G', '\x1b[31m'),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      expect(tabsOut(shown(steps.join(''))).trimEnd()).toBe(terminal(steps).trimEnd())
    }),
    { numRuns: scaled(500) },
  )
})

/** A simple reference implementation of a terminal with one row. */
function terminal(steps: readonly string[]): string {
  const row: string[] = Array.from({ length: 1000 }, () => ' ')
  let column = 0
  for (const step of steps) {
    if (step === '\r') column = 0
    else if (step === '\b') column = Math.max(0, column - 1)
    else if (step === '\t') column = (Math.floor(column / 8) + 1) * 8
    else if (step === '\x1b[K') row.fill(' ', column)
    else if (step === '\x1b[1K') row.fill(' ', 0, column + 1)
    else if (step === '\x1b[2K') row.fill(' ')
    else if (step === '\x1b[2C') column += 2
    else if (step === '\x1b[3D') column = Math.max(0, column - 3)
    else if (step === '\x1b[4G') column = 3
    else if (step.length === 1) row[column++] = step
  }
  return row.join('')
}

test('web L12 every shown character maps to its index in the searched text', () => {
  const part = fc.constantFrom('a', 'b', '\0', '\r', '\u202e', '\x1b[31m', '\x1b[2D', '\x1b[K', '😀', 'e\u0301')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40, size: 'max' }), (parts) => {
      const line = parts.join('')
      const source = withoutEscapes(line)
      const { text, sources } = playLine(line, plain)
      if (sources === null) {
        expect(source.replace(/\r$/, '')).toBe(text)
        return
      }
      expect(sources).toHaveLength(text.length)
      for (const [at, place] of sources.entries()) if (/[ab]/.test(text[at] ?? '')) expect(source[place]).toBe(text[at])
    }),
    { numRuns: scaled(300) },
  )
})

/** Replaces tabs, which CSS lays out, with spaces. */
function tabsOut(text: string): string {
  return [...text].reduce((row, letter) => row + (letter === '\t' ? ' '.repeat(8 - (row.length % 8)) : letter), '')
}
