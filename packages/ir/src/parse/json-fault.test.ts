import { anyCharacter } from '@harmont/test-kit/character'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findJsonFault } from './json-fault.ts'

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('findJsonFault', () => {
  it('finds a fault in exactly the texts that JSON.parse refuses', () => {
    const whole = fc.json()
    const pieces = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '"',
        '\\',
        '\\u00e9',
        '\\x',
        '0',
        '-',
        '01',
        '1.',
        '1e',
        '1e+5',
        '-0.5',
        'true',
        'nul',
        ' ',
        '\n',
        '\t',
        '\u00a0',
        '\ufeff',
        '\0',
      ),
      { maxLength: 10 },
    )
    const spoilt = fc
      .tuple(whole, fc.nat(), fc.string({ unit: anyCharacter, maxLength: 2 }))
      .map(([text, at, inserted]) => {
        const start = at % (text.length + 1)
        return text.slice(0, start) + inserted + text.slice(start + 1)
      })
    const text = fc.oneof(
      whole,
      pieces.map((list) => list.join('')),
      spoilt,
    )
    fc.assert(
      fc.property(text, (candidate) => {
        expect(findJsonFault(candidate) === undefined).toBe(parses(candidate))
      }),
      { numRuns: scaled(3_000) },
    )
  })

  it.each([
    ['', 1, 1, 'the end of the text'],
    ['{"a":1,}', 1, 8, '"}"'],
    ['{\n "a" 1}', 2, 6, '"1"'],
    ['[1 2]', 1, 4, '"2"'],
    ['["a\nb"]', 1, 4, '"\\n"'],
    ['"a', 1, 3, 'the end of the text'],
    ['[01]', 1, 3, '"1"'],
    ['{} x', 1, 4, '"x"'],
    ['["\\q"]', 1, 3, '"\\\\"'],
    ['😀', 1, 1, '"😀"'],
  ])('points at the place in %j', (text, line, column, got) => {
    expect(findJsonFault(text)).toMatchObject({ line, column, got })
  })
})
