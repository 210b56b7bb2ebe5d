import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useQuery,
} from '@tanstack/react-query'
import { answer, client } from '../api/client.ts'
import { completeBuild, completePage, listOf } from '../api/complete.ts'
import { rememberPipelineNames, usePipelineNames } from '../api/pipeline-names.ts'
import type { Schema } from '../api/schemas.ts'

const pageSize = 50

/** Filters and order of the list of pipelines, as stored in the address. */
export interface PipelineFilters {
  readonly q?: string
  readonly state?: 'failing' | 'running' | 'never'
  readonly sort?: 'activity' | 'name' | 'failing'
}

type Page = Schema<'PipelineSummaryList'>

/** Reads pipelines with their newest builds in one request, 50 per page (web P1). */
export function summariesQuery(org: string, { state, ...rest }: PipelineFilters) {
  const filters = {
    ...rest,
    ...(state === undefined ? {} : ({ state: state === 'never' ? 'never_built' : state } as const)),
  }
  return infiniteQueryOptions<Page, Error, InfiniteData<Page, string | null>, readonly unknown[], string | null>({
    queryKey: ['pipeline-summaries', org, filters],
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...filters, limit: pageSize, ...(pageParam === null ? {} : { cursor: pageParam }) }
      const asked = { params: { path: { org }, query }, signal }
      const page = await answer(client.GET('/api/v0/organizations/{org}/pipeline-summaries', asked))
      const read = completePage(page, ({ pipeline, builds }) => {
        return { pipeline, builds: listOf(builds).map(completeBuild) }
      })
      rememberPipelineNames(
        org,
        read.data.map(({ pipeline }) => pipeline),
      )
      return read
    },
    initialPageParam: null,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? null,
    placeholderData: keepPreviousData,
  })
}

/** Reads one pipeline. */
export function pipelineQuery(org: string, slug: string) {
  return queryOptions({
    queryKey: ['pipeline', org, slug],
    queryFn: async ({ signal }): Promise<Schema<'Pipeline'>> => {
      const asked = { params: { path: { org, pipeline: slug } }, signal }
      const pipeline = await answer(client.GET('/api/v0/organizations/{org}/pipelines/{pipeline}', asked))
      rememberPipelineNames(org, [pipeline])
      return pipeline
    },
  })
}

/** Returns the name of a pipeline; its slug while the name is read. */
export function usePipelineName(org: string, slug: string): string {
  useQuery(pipelineQuery(org, slug))
  return usePipelineNames()(org, slug)
}

/** Reads the last 50 builds of a branch, for the insights (web P3). */
export function lastBuildsQuery(org: string, slug: string, branch: string) {
  return queryOptions({
    queryKey: ['last-builds', org, slug, branch],
    queryFn: async ({ signal }) => {
      const query = { pipeline: slug, branch, limit: 50 }
      const asked = { params: { path: { org }, query }, signal }
      return listOf((await answer(client.GET('/api/v0/organizations/{org}/builds', asked))).data).map(completeBuild)
    },
  })
}

/** Reads how the time of a pipeline's builds in the last days was spent. */
export function pipelineTimeQuery(org: string, slug: string, days: number) {
  return queryOptions({
    queryKey: ['pipeline-time', org, slug, days],
    queryFn: async ({ signal }): Promise<Schema<'PipelineTime'>> => {
      const asked = { params: { path: { org, pipeline: slug }, query: { days } }, signal }
      return answer(client.GET('/api/v0/organizations/{org}/pipelines/{pipeline}/time', asked))
    },
    placeholderData: keepPreviousData,
  })
}

/** Reads the newest hundred archived pipelines. */
export function archivedQuery(org: string) {
  return queryOptions({
    queryKey: ['archived-pipelines', org],
    queryFn: async ({ signal }) => {
      const asked = { params: { path: { org }, query: { archived: 'true', limit: 100 } as const }, signal }
      return listOf((await answer(client.GET('/api/v0/organizations/{org}/pipelines', asked))).data)
    },
  })
}

export function createPipeline(org: string, body: Schema<'CreatePipelineRequest'>): Promise<Schema<'Pipeline'>> {
  return answer(client.POST('/api/v0/organizations/{org}/pipelines', { params: { path: { org } }, body }))
}

/** Changes the given settings. `archived` archives or restores the pipeline. */
export async function changePipeline(
  queries: QueryClient,
  org: string,
  slug: string,
  body: Schema<'UpdatePipelineRequest'>,
): Promise<void> {
  const params = { path: { org, pipeline: slug } }
  const changed = await answer(client.PATCH('/api/v0/organizations/{org}/pipelines/{pipeline}', { params, body }))
  const { queryKey } = pipelineQuery(org, slug)
  // A read under way may have begun before the change.
  await queries.cancelQueries({ queryKey })
  queries.setQueryData(queryKey, changed)
  await queries.invalidateQueries({ queryKey: ['pipeline-summaries', org] })
}
