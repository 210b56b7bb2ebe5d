import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HmError } from '../errors.ts'
import { parseDuration, parseValue } from './values.ts'

test.each([
  ['90s', 90_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['2d', 172_800_000],
  ['250ms', 250],
  ['0s', 0],
])('%s is %d ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected)
})

test.each(['', '5', 's', '-5s', '5 s', '1.5h', '5S', '999999999d', '5m '])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})

test('parses back any hours and minutes that it formats', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(59), (hours, minutes) => {
      expect(parseDuration(`${hours}h${minutes}m`)).toBe((hours * 60 + minutes) * 60_000)
    }),
  )
})

const pair = { kind: 'pair', value: 'NAME=VALUE', summary: '' } as const

test('splits a pair at the first = and keeps the rest unchanged', () => {
  expect(parseValue('-e', pair, 'A_1=b=c d\n')).toEqual({ name: 'A_1', value: 'b=c d\n' })
  expect(parseValue('-e', pair, 'A=')).toEqual({ name: 'A', value: '' })
  expect(parseValue('--secret', { ...pair, bare: true }, 'A')).toEqual({ name: 'A', value: undefined })
})

test.each(['A', '=v', '1A=v', 'A B=v', ''])('refuses %j as a pair', (text) => {
  expect(() => parseValue('-e', pair, text)).toThrow(HmError)
})

test('a refused pair does not repeat its value', () => {
  for (const [spec, text] of [
    [pair, '1A=hunter2'],
    [pair, 'hunter2'],
    [pair, 'hunter2!'],
    [{ ...pair, bare: true } as const, 'hunter2!'],
  ] as const) {
    const parse = () => parseValue('--secret', spec, text)
    expect(parse).toThrow(HmError)
    expect(parse).not.toThrow('hunter2')
  }
})

const count = { kind: 'integer', min: 1, value: 'N', summary: '' } as const

test.each(['0', '-1', '1.5', '1e3', ' 1', '', 'many', '99999999999999999999'])(
  'refuses %j as a number from 1',
  (text) => {
    expect(() => parseValue('--parallelism', count, text)).toThrow('--parallelism must be a whole number, at least 1')
  },
)
