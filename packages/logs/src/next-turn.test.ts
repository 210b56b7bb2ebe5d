import { setImmediate as otherEvents } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { nextTurn } from './next-turn.ts'

test('G57 of many pieces of long work, one takes a turn between two other events, in order', async () => {
  const taken: number[] = []
  const work = async (name: number) => {
    for (let left = 5; left > 0; left--) {
      await nextTurn()
      taken.push(name)
    }
  }
  const all = Promise.all([1, 2, 3].map(work))
  const grown: number[] = []
  for (let before = 0; taken.length < 15; before = taken.length) {
    await otherEvents()
    grown.push(taken.length - before)
  }
  await all
  expect(Math.max(...grown)).toBe(1)
  expect(taken).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3])
})
