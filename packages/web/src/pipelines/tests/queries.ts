import { type InfiniteData, infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { answer, client } from '../../api/client.ts'
import { completePage } from '../../api/complete.ts'
import type { Schema } from '../../api/schemas.ts'

type TestPage = Schema<'PipelineTestList'>
type HistoryPage = Schema<'TestHistory'>
export type PipelineTest = Schema<'PipelineTest'>
export type TestRun = Schema<'TestRun'>

/** The filters of the list, as stored in the address. */
export interface PipelineTestFilters {
  readonly state?: 'failing' | 'failed' | 'flaky' | 'quarantined'
  readonly q?: string
}

/** Reads the tests of a pipeline, 50 per page. */
export function pipelineTestsQuery(org: string, slug: string, filters: PipelineTestFilters) {
  return infiniteQueryOptions<
    TestPage,
    Error,
    InfiniteData<TestPage, string | null>,
    readonly unknown[],
    string | null
  >({
    queryKey: ['pipeline-tests', org, slug, filters],
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...filters, ...(pageParam === null ? {} : { cursor: pageParam }) }
      const asked = { params: { path: { org, pipeline: slug }, query }, signal }
      const page = await answer(client.GET('/api/v0/organizations/{org}/pipelines/{pipeline}/tests', asked))
      return completePage(page, completeTest)
    },
    initialPageParam: null,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? null,
    placeholderData: keepPreviousData,
  })
}

/** Reads a test with its results, 50 per page. */
export function testQuery(org: string, slug: string, test: string) {
  return infiniteQueryOptions<
    HistoryPage,
    Error,
    InfiniteData<HistoryPage, string | null>,
    readonly unknown[],
    string | null
  >({
    queryKey: ['test', org, slug, test],
    queryFn: async ({ pageParam, signal }) => {
      const query = pageParam === null ? {} : { cursor: pageParam }
      const asked = { params: { path: { org, pipeline: slug, test }, query }, signal }
      const page = await answer(client.GET('/api/v0/organizations/{org}/pipelines/{pipeline}/tests/{test}', asked))
      return { ...completePage(page), test: completeTest(page.test) }
    },
    initialPageParam: null,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? null,
  })
}

/** Puts a test into quarantine, or lifts it. */
export async function setQuarantine(
  org: string,
  slug: string,
  test: string,
  quarantined: boolean,
): Promise<PipelineTest> {
  const asked = { params: { path: { org, pipeline: slug, test } }, body: { quarantined } }
  return completeTest(
    await answer(client.PATCH('/api/v0/organizations/{org}/pipelines/{pipeline}/tests/{test}', asked)),
  )
}

function completeTest(given: PipelineTest): PipelineTest {
  const test: Partial<PipelineTest> = given
  return {
    ...given,
    suite: test.suite ?? '',
    name: test.name ?? '',
    file: test.file ?? null,
    runs: test.runs ?? 0,
    failures: test.failures ?? 0,
    pass_rate: test.pass_rate ?? null,
    median_ms: test.median_ms ?? null,
    state: test.state ?? null,
    last_failure: test.last_failure ?? null,
    failing_since: test.failing_since ?? null,
    flaky: test.flaky ?? null,
    quarantine: test.quarantine ?? null,
  }
}
