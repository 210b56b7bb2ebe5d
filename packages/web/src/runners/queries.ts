import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { answer, client } from '../api/client.ts'
import { completePage, listOf } from '../api/complete.ts'
import type { Schema } from '../api/schemas.ts'

const runners = '/api/v0/organizations/{org}/runners'
const keys = '/api/v0/organizations/{org}/runner-keys'

/** Selects the runners of the page: those of the organization, or of the whole server. */
export type Scope = 'organization' | 'server'
export type Runner = Schema<'Runner'>
export type RunnerPool = Schema<'RunnerPool'>
export type RunnerKey = Schema<'RunnerKey'>

export const runnersQuery = (org: string, scope: Scope) =>
  queryOptions({
    queryKey: ['runners', org, scope],
    queryFn: async ({ signal }) => {
      const list = await answer(client.GET(runners, { params: { path: { org }, query: { scope } }, signal }))
      return {
        ...completePage(list, (runner) => ({ ...runner, labels: listOf(runner.labels), jobs: listOf(runner.jobs) })),
        pools: listOf(list.pools).map((pool) => ({ ...pool, waiting: listOf(pool.waiting) })),
      }
    },
  })

export const runnerKeysQuery = (org: string, scope: Scope) =>
  queryOptions({
    queryKey: ['runner-keys', org, scope],
    queryFn: async ({ signal }) =>
      completePage(await answer(client.GET(keys, { params: { path: { org }, query: { scope } }, signal }))),
  })

/** Changes runners and their keys. Each change refreshes the page. */
export function runnerChanges(queries: QueryClient, org: string) {
  const renew = (name: 'runners' | 'runner-keys') => queries.invalidateQueries({ queryKey: [name, org] })
  const ofRunner = (runner_id: string) => ({ params: { path: { org, runner_id } } })
  return {
    drain: async (id: string) => {
      await answer(client.PUT(`${runners}/{runner_id}/drain`, ofRunner(id)))
      await renew('runners')
    },
    resume: async (id: string) => {
      await answer(client.DELETE(`${runners}/{runner_id}/drain`, ofRunner(id)))
      await renew('runners')
    },
    revoke: async (id: string) => {
      await answer(client.DELETE(`${runners}/{runner_id}`, ofRunner(id)))
      await renew('runners')
    },
    createKey: async (body: Schema<'CreateRunnerKeyRequest'>) => {
      const { key } = await answer(client.POST(keys, { params: { path: { org } }, body }))
      await renew('runner-keys')
      return key
    },
    revokeKey: async (key_id: string) => {
      await answer(client.DELETE(`${keys}/{key_id}`, { params: { path: { org, key_id } } }))
      await renew('runner-keys')
    },
  }
}
