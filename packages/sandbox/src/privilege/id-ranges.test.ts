import { expect, test } from 'vitest'
import { RootIds } from './id-ranges.ts'

test('G57 no two sandboxes of a directory share an id while both exist, including earlier ones', () => {
  const kept = 0x5000_0000 + 3 * 65_536
  const ids = new RootIds('2', [kept])
  const taken = Array.from({ length: 8_191 }, () => ids.take())
  expect(taken.slice(0, 2)).toEqual([0x5002_0000, 0x5004_0000])
  expect(new Set([...taken, kept]).size).toBe(8_192)
  expect(taken.every((id) => id % 65_536 === 0)).toBe(true)
  expect([Math.min(...taken), Math.max(...taken) + 65_535]).toEqual([0x5000_0000, 0x6fff_ffff])
  expect(() => ids.take()).toThrow('all 8192 id ranges')
  ids.release(kept)
  expect(ids.take()).toBe(kept)
})
