import { expect, test } from 'vitest'
import { disagreements } from './check-guarantees.ts'

const file = 'packages/a.test.ts'
const judge = (text: string, source: string) => disagreements(text, new Map([[file, source]]))
const linked = `- **G07** Nothing changes. [Tests](../${file})\n`

test('a promise with a test of its number is valid, even beside other numbers', () => {
  expect(judge(linked, "test('G07 nothing', () => {})")).toEqual([])
  expect(judge(`${linked}- **G06** Ends.\n  [Tests](../${file})\n`, 'test(`G06 G07 nothing`, () => {})')).toEqual([])
})

test('a promise without a test must say "Not tested yet", and a tested promise must not', () => {
  expect(judge('- **G07** Nothing changes.\n', '')).toEqual([expect.stringContaining('names no test')])
  expect(judge('- **G07** Nothing changes. Not tested yet.\n', '')).toEqual([])
  expect(judge('- **G07** Nothing changes. Not tested yet.\n', "it('G07 x')")).toEqual([
    expect.stringContaining('has a test of it'),
  ])
})

test('reports a link to a file without a test of the number, and a number without a promise', () => {
  expect(judge(linked, "test('nothing G07', () => {})")).toEqual([
    expect.stringContaining('no test carries that number'),
  ])
  expect(judge(linked, "test('G07 G99 nothing', () => {})")).toEqual([expect.stringContaining('G99 is no promise')])
})
