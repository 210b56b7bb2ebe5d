import { type InfiniteData, infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { answer, client } from '../../api/client.ts'
import { completePage, listOf } from '../../api/complete.ts'
import type { Schema } from '../../api/schemas.ts'
import type { BuildPlace } from '../data/queries.ts'

type Page = Schema<'BuildTestList'>
export type BuildTest = Schema<'BuildTest'>

/** The filters of the list, as stored in the address. */
export interface TestFilters {
  readonly state?: 'failed' | 'passed' | 'skipped'
  readonly q?: string
}

/** Reads the tests of a build, 50 a page. Reads them again when `seen` changes. */
export function buildTestsQuery({ org, slug, number }: BuildPlace, filters: TestFilters, seen: string) {
  return infiniteQueryOptions<Page, Error, InfiniteData<Page, string | null>, readonly unknown[], string | null>({
    queryKey: ['build-tests', org, slug, number, filters, seen],
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...filters, ...(pageParam === null ? {} : { cursor: pageParam }) }
      const asked = { params: { path: { org, pipeline: slug, number }, query }, signal }
      const path = '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/tests'
      return completeTests(await answer(client.GET(path, asked)))
    },
    initialPageParam: null,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? null,
    placeholderData: keepPreviousData,
  })
}

function completeTests(page: Page): Page {
  const given: Partial<Page> = page
  const counts: Partial<Page['counts']> = given.counts ?? {}
  return {
    ...completePage(page, (test) => {
      const one: Partial<BuildTest> = test
      return {
        ...test,
        ...{ suite: one.suite ?? '', name: one.name ?? '', file: one.file ?? null, line: one.line ?? null },
        ...{ duration_ms: one.duration_ms ?? null, message: one.message ?? null, new: one.new ?? false },
        ...{ verdict: one.verdict ?? null, quarantined: one.quarantined ?? false },
        fork_results: listOf(one.fork_results),
      }
    }),
    counts: {
      passed: counts.passed ?? 0,
      failed: counts.failed ?? 0,
      skipped: counts.skipped ?? 0,
      errored: counts.errored ?? 0,
    },
    left_out: given.left_out ?? 0,
    reports: listOf(given.reports),
    next_cursor: given.next_cursor ?? null,
  }
}
