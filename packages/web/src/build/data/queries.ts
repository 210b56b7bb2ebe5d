import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answer, client } from '../../api/client.ts'
import { setServerTime } from '../../api/clock.ts'
import { rememberPipelineNames } from '../../api/pipeline-names.ts'
import type { Schema } from '../../api/schemas.ts'
import { completeView } from './complete-view.ts'
import { type BuildView, hasFailed, isEnded, type JobView } from './job-state.ts'
import { mergeRead } from './merge-view.ts'

/** Identifies a build. */
export interface BuildPlace {
  readonly org: string
  readonly slug: string
  readonly number: number
}

const path = '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}'

function pathOf({ org, slug, number }: BuildPlace) {
  return { org, pipeline: slug, number }
}

/** Reads all data of the page (web B1). An older answer does not undo newer events. */
export function buildQuery(place: BuildPlace) {
  return queryOptions({
    queryKey: ['build', place.org, place.slug, place.number],
    queryFn: async ({ signal }): Promise<BuildView> => {
      const view = await answer(client.GET(`${path}/view`, { params: { path: pathOf(place) }, signal }))
      if (typeof view.server_time === 'string') setServerTime(view.server_time)
      const complete = completeView(view)
      rememberPipelineNames(place.org, [complete.pipeline])
      return complete
    },
    structuralSharing: (before, read) =>
      before === undefined ? read : mergeRead(before as BuildView, read as BuildView),
    // A retry can reopen an ended build (web D1).
    refetchOnWindowFocus: 'always',
  })
}

/** Returns the newest build of a pipeline or branch; null if there is none. */
export async function findLatest(
  { org, slug }: Omit<BuildPlace, 'number'>,
  branch: string | undefined,
  signal: AbortSignal,
): Promise<number | null> {
  const query = { limit: 1, ...(branch === undefined ? {} : { branch }) }
  const { data } = await answer(
    client.GET('/api/v0/organizations/{org}/pipelines/{pipeline}/builds', {
      params: { path: { org, pipeline: slug }, query },
      signal,
    }),
  )
  return data[0]?.number ?? null
}

/** Reads one attempt of a step, which may be an older one. */
export function jobQuery(place: BuildPlace, jobId: string) {
  return queryOptions({
    queryKey: ['job', place.org, place.slug, place.number, jobId],
    queryFn: ({ signal }): Promise<Schema<'Job'>> =>
      answer(client.GET(`${path}/jobs/{job_id}`, { params: { path: { ...pathOf(place), job_id: jobId } }, signal })),
  })
}

export type JobFork = Schema<'JobFork'>

/**
 * Reads the proof runs for a job's failed tests, and reads them again when the job changes. Sends
 * no request for a job without a verdict, unless `isWanted`.
 */
export function forksQuery(place: BuildPlace, job: JobView, isWanted: boolean) {
  const reports = job.failure?.reports ?? []
  const isProved = reports.some(({ verdict }) => verdict !== null && verdict !== undefined)
  return queryOptions({
    queryKey: ['forks', place.org, place.slug, place.number, job.id, job.version],
    queryFn: async ({ signal }): Promise<readonly JobFork[]> => {
      const asked = { params: { path: { ...pathOf(place), job_id: job.id } }, signal }
      return (await answer(client.GET(`${path}/jobs/{job_id}/forks`, asked))).data
    },
    enabled: hasFailed(job) && (isWanted || isProved),
    placeholderData: (before, query) => (query?.queryKey[4] === job.id ? before : undefined),
  })
}

/** Reads the hosts that an ended job reached, and the refused ones. They are final. */
export function egressQuery(place: BuildPlace, job: JobView) {
  return queryOptions({
    queryKey: ['egress', place.org, place.slug, place.number, job.id],
    queryFn: ({ signal }): Promise<Schema<'JobEgress'>> =>
      answer(
        client.GET(`${path}/jobs/{job_id}/egress`, { params: { path: { ...pathOf(place), job_id: job.id } }, signal }),
      ),
    enabled: isEnded(job),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** Reads the annotations of these attempts, and reads them again when the attempts change. */
export function annotationsQuery(place: BuildPlace, jobs: readonly JobView[]) {
  const attempts = jobs.map(({ id }) => id).join()
  return queryOptions({
    queryKey: ['annotations', place.org, place.slug, place.number, attempts],
    queryFn: async ({ signal }): Promise<readonly Schema<'Annotation'>[]> => {
      const { data } = await answer(client.GET(`${path}/annotations`, { params: { path: pathOf(place) }, signal }))
      return data
    },
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** Retries jobs; without ids, all jobs that can be retried (web B9). */
export function retryJobs(place: BuildPlace, jobIds: string[] | null, key: string): Promise<Schema<'JobList'>> {
  const params = { path: pathOf(place), header: { 'Idempotency-Key': key } }
  return answer(client.POST(`${path}/retry`, { params, body: { job_ids: jobIds } }))
}

/** Starts the same build again under a new number. */
export function rebuild(place: BuildPlace, withoutCache: boolean, key: string): Promise<Schema<'Build'>> {
  const params = { path: pathOf(place), header: { 'Idempotency-Key': key } }
  return answer(client.POST(`${path}/rebuild`, { params, body: { without_cache: withoutCache } }))
}

/** Cancels a build. An ended build is returned unchanged. */
export function cancel(place: BuildPlace): Promise<Schema<'Build'>> {
  return answer(client.PUT(`${path}/cancel`, { params: { path: pathOf(place) } }))
}

/** Approves the build of a fork. */
export async function approve(place: BuildPlace): Promise<void> {
  await answer(client.POST(`${path}/approve`, { params: { path: pathOf(place) } }))
}
