import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Schema } from '../api/schemas.ts'
import { isListed, placeBuild, type SummaryPages } from './summaries.ts'

const build = (number: number, version = 1): Schema<'BuildSummary'> => ({
  ...{ number, pipeline_slug: 'ci', state: 'running', created_at: '2026-01-01T00:00:00Z' },
  ...{ failed_step: null, queue_ms: 0, run_ms: 0, version },
})
const pipeline = (slug: string): Schema<'Pipeline'> => ({
  ...{ slug, name: slug, repository: 'r', default_branch: 'main', visibility: 'private', allow_manual: true },
  created_at: '2026-01-01T00:00:00Z',
})
const pagesOf = (...slugs: readonly string[]): SummaryPages => ({
  pages: slugs.map((slug) => ({ data: [{ pipeline: pipeline(slug), builds: [] }], next_cursor: null })),
  pageParams: slugs.map(() => null),
})

test('web D2 each pipeline keeps its 20 newest builds in their newest state, whatever the order', () => {
  const arrivals = fc.array(
    fc.record({ number: fc.integer({ min: 1, max: 40 }), version: fc.integer({ min: 1, max: 5 }) }),
    { maxLength: 120 },
  )
  fc.assert(
    fc.property(arrivals, (events) => {
      let pages = pagesOf('other', 'ci')
      for (const { number, version } of events) pages = placeBuild(pages, build(number, version))
      const [other, ci] = pages.pages.map(({ data }) => data[0]?.builds ?? [])
      expect(other).toEqual([])
      const numbers = [...new Set(events.map(({ number }) => number))].sort((a, b) => b - a).slice(0, 20)
      const newest = (wanted: number) =>
        Math.max(...events.flatMap((one) => (one.number === wanted ? one.version : [])))
      expect(ci?.map(({ number, version }) => [number, version])).toEqual(numbers.map((one) => [one, newest(one)]))
    }),
  )
})

test('a build of an unlisted pipeline is not inserted, and an older state changes nothing', () => {
  const other = pagesOf('new')
  expect([isListed(other, 'ci'), placeBuild(other, build(1))]).toEqual([false, other])
  const pages = placeBuild(pagesOf('ci'), build(1, 3))
  expect(isListed(pages, 'ci')).toBe(true)
  expect(placeBuild(pages, build(1, 2))).toBe(pages)
  expect(placeBuild(pages, build(1, 4))).not.toBe(pages)
})
