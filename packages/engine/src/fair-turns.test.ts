import { expect, test } from 'vitest'
import { fairTurns } from './fair-turns.ts'

const items = ['a1', 'a2', 'a3', 'b1', 'c1', 'c2'].map((name) => ({ name, queue: name.slice(0, 1) }))
const names = (last: string | null, slots: number) => fairTurns(items, last, slots).map(({ name }) => name)

test('takes one item of each queue before a second one of any queue', () => {
  expect(names(null, 4)).toEqual(['a1', 'b1', 'c1', 'a2'])
  expect(names(null, 9)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3'])
})

test('begins after the queue that was served last, and continues with the first queue after the last one', () => {
  expect(names('a', 2)).toEqual(['b1', 'c1'])
  expect(names('c', 1)).toEqual(['a1'])
  expect(names('bb', 1)).toEqual(['c1'])
  expect(names('zzz', 1)).toEqual(['a1'])
})
