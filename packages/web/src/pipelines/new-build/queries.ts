import { queryOptions } from '@tanstack/react-query'
import { answer, client } from '../../api/client.ts'
import type { Schema } from '../../api/schemas.ts'

/** Reads the newest build of a pipeline; null if there is none. */
export function newestBuildQuery(org: string, slug: string) {
  return queryOptions({
    queryKey: ['newest-build', org, slug],
    // A reopened dialog shows the current state.
    gcTime: 0,
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const query = { pipeline: slug, limit: 1 }
      const asked = { params: { path: { org }, query }, signal }
      return (await answer(client.GET('/api/v0/organizations/{org}/builds', asked))).data[0] ?? null
    },
  })
}

interface BuildStart {
  readonly org: string
  readonly slug: string
  /** The idempotency key: repeated requests create only one build. */
  readonly key: string
}

/** Starts a build. The response waits for rendering, up to 30 s. */
export function createBuild({ org, slug, key }: BuildStart, body: Schema<'CreateBuildRequest'>) {
  const params = { path: { org, pipeline: slug }, header: { 'Idempotency-Key': key } }
  return answer(client.POST('/api/v0/organizations/{org}/pipelines/{pipeline}/builds', { params, body }))
}

/** Builds files, branch and commit of an earlier build again. */
export function rebuild({ org, slug, key }: BuildStart, number: number, body: Schema<'RebuildRequest'>) {
  const params = { path: { org, pipeline: slug, number }, header: { 'Idempotency-Key': key } }
  const path = '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/rebuild'
  return answer(client.POST(path, { params, body }))
}
