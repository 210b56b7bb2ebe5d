import { afterEach, expect, it, vi } from 'vitest'
import { anotherCopy } from './another-copy.test-support.ts'
import { sh } from './commands.ts'
import { clearTargetCache, target } from './target.ts'

afterEach(clearTargetCache)

it('is evaluated once, and again after the cache was cleared', () => {
  const fn = vi.fn(() => sh('make'))
  const base = target('base', fn)
  expect(base()).toBe(base())
  expect(fn).toHaveBeenCalledTimes(1)
  clearTargetCache()
  base()
  expect(fn).toHaveBeenCalledTimes(2)
})

it('differs from another target of the same name, and may return nothing', () => {
  const fn = vi.fn(() => undefined)
  const [one, two] = [target('base', () => 1), target('base', fn)]
  expect([one(), two(), two()]).toEqual([1, undefined, undefined])
  expect(fn).toHaveBeenCalledTimes(1)
})

it('reports a cycle as an error with its path', () => {
  const a: () => unknown = target('a', () => b())
  const b: () => unknown = target('b', () => c())
  const c = target('c', () => b())
  expect(a).toThrow('target b: expected targets that do not need themselves, got b -> c -> b. Break the cycle.')
  expect(a).toThrow('got b -> c -> b')
})

it('is evaluated again after it threw', () => {
  let bad = true
  const base = target('base', () => {
    if (bad) throw new Error('not yet')
    return 1
  })
  expect(base).toThrow('not yet')
  bad = false
  expect(base()).toBe(1)
})

it('is also cleared, and detected in a cycle, if another copy of the SDK made it', async () => {
  const other = await anotherCopy()
  expect(other.target).not.toBe(target)
  const fn = vi.fn(() => 1)
  const theirs = other.target('theirs', fn)
  theirs()
  clearTargetCache()
  theirs()
  expect(fn).toHaveBeenCalledTimes(2)
  const a: () => unknown = target('a', () => b())
  const b: () => unknown = other.target('b', () => a())
  expect(a).toThrow('got a -> b -> a')
})
