import { afterAll, beforeAll, expect, test } from 'vitest'
import { archive, type Bench, openBench, run, step } from '../runner.test-support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

type Files = Parameters<typeof archive>[1]

/**
 * Builds a step that watches these paths, with the same cache key whatever the contents of the
 * files. Returns whether the step was a cache hit.
 */
async function isCached(
  namespace: string,
  paths: readonly string[],
  files: Files | null,
): Promise<boolean | undefined> {
  const watching = step('true', { cacheKey: 'claim', cachePolicy: { policy: 'on_change', paths } })
  const source = files === null ? null : await archive(bench, files)
  const { state, jobs } = await run(bench, [watching], { source, cache: { read: [namespace], write: namespace } })
  expect(state).toBe('passed')
  return jobs[0]?.cached
}

const paths = ['t.sh', 'src/**/*.js', 'lib']
const before: Files = {
  't.sh': { executable: 'true' },
  'src/a.js': 'a',
  'lib/b': 'b',
  'lib/ln': { link: 'b' },
  other: 'o',
}
const without = (name: string): Files => Object.fromEntries(Object.entries(before).filter(([path]) => path !== name))

test.for<readonly [string, Files]>([
  ['loses its executable bit', { ...before, 't.sh': 'true' }],
  ['has another name', { ...without('src/a.js'), 'src/aa.js': 'a' }],
  ['has other bytes, whatever the claim says', { ...before, 'lib/b': 'c' }],
  ['becomes a link to the same bytes', { ...before, 't.sh': { link: 'u' }, u: { executable: 'true' } }],
  ['is a link that leads elsewhere', { ...before, 'lib/c': 'b', 'lib/ln': { link: 'c' } }],
  ['is a link that leads nowhere now', { ...before, 'lib/ln': { link: 'gone' } }],
  ['becomes a folder', { ...without('lib/b'), 'lib/b/b': 'b' }],
  ['comes besides', { ...before, 'src/deep/c.js': 'a' }],
])('G09 a step that watches a file is not taken from the cache when that %s', async ([why, after]) => {
  expect(await isCached(why, paths, before)).toBe(false)
  expect(await isCached(why, paths, after)).toBe(false)
  expect(await isCached(why, paths, { ...before, other: 'changed' })).toBe(true)
  expect(await isCached(why, paths, after)).toBe(true)
})

test('a step whose watched paths match no files is still taken from the cache', async () => {
  expect(await isCached('none', paths, null)).toBe(false)
  expect(await isCached('none', paths, null)).toBe(true)
  expect(await isCached('none', paths, before)).toBe(false)
})
