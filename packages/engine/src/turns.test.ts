import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

test('a bounded number works at once, others work in order, and one that leaves delays no others', async () => {
  const turns = new Turns(1)
  const done: string[] = []
  const first = Promise.withResolvers<void>()
  const leaving = new AbortController()
  const never = new AbortController().signal
  const work = (name: string) => async () => void done.push(name)
  const all = [
    turns.take(never, () => first.promise),
    turns.take(leaving.signal, work('left')),
    turns.take(never, work('second')),
    turns.take(never, work('third')),
  ]
  leaving.abort(new Error('gone'))
  await expect(all[1]).rejects.toThrow('gone')
  expect(done).toEqual([])
  first.resolve()
  await Promise.all([all[0], all[2], all[3]])
  expect(done).toEqual(['second', 'third'])
  await turns.take(never, work('fourth'))
  await expect(turns.take(leaving.signal, work('never'))).rejects.toThrow('gone')
  await turns.take(never, work('fifth'))
  expect(done).toEqual(['second', 'third', 'fourth', 'fifth'])
})

test('only one works at a time while a crowd waits', async () => {
  const turns = new Turns(3, 4)
  const never = new AbortController().signal
  const begun: { readonly end: () => void }[] = []
  const all = Array.from({ length: 10 }, () =>
    turns.take(never, () => new Promise<void>((resolve) => void begun.push({ end: resolve }))),
  )
  let ended = 0
  const atWork: number[] = []
  while (ended < all.length) {
    await new Promise(setImmediate)
    atWork.push(begun.length - ended)
    begun[ended++]?.end()
  }
  await Promise.all(all)
  // Seven wait behind the first three. The fourth begins when those have ended, and three run at
  // once when only four are left.
  expect(atWork).toEqual([3, 2, 1, 1, 1, 3, 3, 3, 2, 1])
})
