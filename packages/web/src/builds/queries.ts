import { type InfiniteData, infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answer, client } from '../api/client.ts'
import { completeBuild, completePage, listOf } from '../api/complete.ts'
import type { Schema } from '../api/schemas.ts'
import { type BuildFilters, queryOf } from './filters.ts'

type Page = Schema<'BuildSummaryList'>

const pageSize = 50

/** Reads builds of an organization, newest first, 50 a page. */
export function buildListQuery(org: string, filters: BuildFilters) {
  return infiniteQueryOptions<Page, Error, InfiniteData<Page, string | null>, readonly unknown[], string | null>({
    queryKey: ['builds', org, filters],
    queryFn: ({ pageParam, signal }) => readPage(org, filters, { limit: pageSize, cursor: pageParam, signal }),
    initialPageParam: null,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? null,
    // Old rows stay while somebody types a filter.
    placeholderData: keepPreviousData,
  })
}

/** Reads only the newest builds, for polling. */
export function newestBuildsQuery(org: string, filters: BuildFilters) {
  return queryOptions({
    queryKey: ['newest-builds', org, filters],
    queryFn: ({ signal }) => readPage(org, filters, { limit: pageSize, cursor: null, signal }),
  })
}

/** Whether any build matches these filters. */
export function anyBuildQuery(org: string, filters: BuildFilters) {
  return queryOptions({
    queryKey: ['any-build', org, filters],
    queryFn: async ({ signal }) => (await readPage(org, filters, { limit: 1, cursor: null, signal })).data.length > 0,
  })
}

/** Reads names and repositories of the organization's first hundred pipelines. */
export function pipelineNamesQuery(org: string) {
  return queryOptions({
    queryKey: ['pipeline-names', org],
    queryFn: async ({ signal }) => {
      const asked = { params: { path: { org }, query: { limit: 100 } }, signal }
      return listOf((await answer(client.GET('/api/v0/organizations/{org}/pipelines', asked))).data)
    },
    staleTime: 60_000,
  })
}

interface Asked {
  readonly limit: number
  readonly cursor: string | null
  readonly signal: AbortSignal
}

async function readPage(org: string, filters: BuildFilters, { limit, cursor, signal }: Asked): Promise<Page> {
  const query = { ...queryOf(filters), limit, ...(cursor === null ? {} : { cursor }) }
  const asked = { params: { path: { org }, query }, signal }
  return completePage(await answer(client.GET('/api/v0/organizations/{org}/builds', asked)), completeBuild)
}
