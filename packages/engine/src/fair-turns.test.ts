import { expect, test } from 'vitest'
import { fairTurns } from './fair-turns.ts'

const items = ['a1', 'a2', 'a3', 'b1', 'c1', 'c2'].map((name) => ({ name, queue: name.slice(0, 1) }))
const names = (last: string | null, slots: number) => fairTurns(items, last, slots).map(({ name }) => name)

test('takes one of each queue before a second of any', () => {
  expect(names(null, 4)).toEqual(['a1', 'b1', 'c1', 'a2'])
  expect(names(null, 9)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3'])
})

test('begins after the queue that was served last, and with the first again after the last', () => {
  expect(names('a', 2)).toEqual(['b1', 'c1'])
  expect(names('c', 1)).toEqual(['a1'])
  expect(names('bb', 1)).toEqual(['c1'])
  expect(names('zzz', 1)).toEqual(['a1'])
})
