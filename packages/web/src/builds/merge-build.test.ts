import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BuildSummary } from './filters.ts'
import { type BuildPages, insertBuild, isMissing, listedBuilds, replaceBuild, splitAt } from './merge-build.ts'

function made(number: number, version = 1, more: Partial<BuildSummary> = {}): BuildSummary {
  const created_at = new Date(Date.UTC(2026, 0, 1, 0, number)).toISOString()
  const known = { failed_step: null, queue_ms: 0, run_ms: 0, branch: 'main' }
  return { number, pipeline_slug: 'ci', state: 'running', created_at, version, ...known, ...more }
}

const pagesOf = (...pages: (readonly BuildSummary[])[]): BuildPages => ({
  pages: pages.map((data) => ({ data: [...data], next_cursor: null })),
  pageParams: pages.map(() => null),
})

test('web D2 builds that arrive in any order are listed once, in place, in their newest state', () => {
  const arrivals = fc.array(
    fc.record({ number: fc.integer({ min: 1, max: 9 }), version: fc.integer({ min: 1, max: 9 }) }),
  )
  fc.assert(
    fc.property(arrivals, fc.boolean(), (events, isWhole) => {
      let pages = pagesOf([made(5), made(4)], [made(3)])
      if (!isWhole) pages = { ...pages, pages: pages.pages.map((page) => ({ ...page, next_cursor: 'more' })) }
      const newest = new Map([3, 4, 5].map((number) => [number, 1]))
      for (const { number, version } of events) {
        const build = made(number, version)
        pages = isMissing(pages, build, {}) ? insertBuild(pages, build) : replaceBuild(pages, build)
        // A build older than all listed ones belongs to the next page.
        if (number >= 3 || isWhole) newest.set(number, Math.max(newest.get(number) ?? 0, version))
      }
      const listed = listedBuilds(pages).map(({ number, version }) => [number, version])
      expect(listed).toEqual([...newest].sort(([a], [b]) => b - a))
    }),
  )
})

test('web P4 builds newer than the newest shown build wait, and shown builds never do', () => {
  const builds = [made(5), made(4), made(3)]
  const numbers = (some: readonly BuildSummary[]) => some.map(({ number }) => number)
  const { shown, waiting } = splitAt(builds, made(4).created_at)
  expect([numbers(shown), numbers(waiting)]).toEqual([[4, 3], [5]])
  expect(numbers(splitAt(builds, null).shown)).toEqual([5, 4, 3])
})

test('a build hidden by the filters is not missing, and a build that now matches is', () => {
  const pages = pagesOf([made(4), made(2)])
  expect(isMissing(pages, made(3), { branch: 'topic' })).toBe(false)
  expect(isMissing(pages, made(3), { branch: 'main' })).toBe(true)
  expect(isMissing(pages, made(4), { branch: 'main' })).toBe(false)
})

test('unchanged pages stay the same object, so nothing renders again', () => {
  const pages = pagesOf([made(1, 5)])
  expect(replaceBuild(pages, made(1, 5))).toBe(pages)
  expect(replaceBuild(pages, made(9, 9))).toBe(pages)
  expect(replaceBuild(pages, made(1, 6))).not.toBe(pages)
})
