import fc from 'fast-check'
import { expect, test } from 'vitest'
import { textBetween, textOfLines } from './copy.ts'
import { linesOfPage } from './lines.ts'

const off = { times: 'off', t0: null } as const
const lines = (...texts: readonly string[]) =>
  linesOfPage({ sgr: '', lines: texts.map((text, at) => [at * 1000, 0, text, 0]) })

test('web L18 copied text has no escapes', () => {
  expect(textOfLines(lines('\x1b[31mred\x1b[0m', '10%\r100%', 'a\tb'), off)).toBe('red\n100%\na\tb')
})

test('web L10 times are copied if they are shown', () => {
  expect(textOfLines(lines('a', 'b'), { times: 'since', t0: null })).toBe('+0:00.000 a\n+0:01.000 b')
})

test('web L18 a selection is cut at its start and end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-c]{0,5}$/), { minLength: 1, maxLength: 5 }),
      fc.nat(5),
      fc.nat(5),
      (texts, from, to) => {
        const [first = '', last = ''] = [texts[0], texts.at(-1)]
        const start = Math.min(from, first.length)
        const end = texts.length === 1 ? Math.max(start, Math.min(to, last.length)) : Math.min(to, last.length)
        const whole = texts.join('\n')
        expect(textBetween(lines(...texts), start, end, off)).toBe(whole.slice(start, whole.length - last.length + end))
      },
    ),
  )
})
