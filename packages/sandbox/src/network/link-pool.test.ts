import { expect, test } from 'vitest'
import { LinkPool } from './link-pool.ts'

test('G58 reuses addresses, but never names', () => {
  const pool = new LinkPool(63, [])
  const seen = new Set<string>()
  const indexes = new Set<number>()
  for (let n = 0; n < 5_000; n++) {
    const { name, index } = pool.take()
    seen.add(name)
    indexes.add(index)
    pool.release(name)
  }
  expect([seen.size, indexes.size, Math.min(...indexes), Math.max(...indexes)]).toEqual([5_000, 1_021, 2, 1_022])
})

test('skips an address in use until it is free, whichever release of the product named its link', () => {
  const pool = new LinkPool(3, ['hm3-2', 'hm3-4-zz'], { index: 2, round: 0 })
  expect([pool.take().name, pool.take().name]).toEqual(['hm3-3-0', 'hm3-5-0'])
  pool.release('hm3-4-zz')
  for (let n = 6; n <= 1_022; n++) pool.take()
  expect(pool.take()).toEqual({ name: 'hm3-4-1', index: 4 })
  expect(() => pool.take()).toThrow('all 1021 addresses')
  pool.release('hm3-2')
  expect(pool.take().index).toBe(2)
})

test('the kernel accepts the names of 60 million rounds', () => {
  const last = new LinkPool(63, [], { index: 1_022, round: 36 ** 5 - 1 }).take()
  expect(last.name).toBe('hm63-1022-zzzzz')
  expect(last.name.length).toBeLessThan(16)
})
