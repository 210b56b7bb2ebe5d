import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { answer, client } from '../api/client.ts'
import type { Schema } from '../api/schemas.ts'

const organization = '/api/v0/organizations/{org}'
const installation = `${organization}/github/installations/{id}` as const

export const reposQuery = (org: string) =>
  queryOptions({
    queryKey: ['repos', org],
    queryFn: ({ signal }) => answer(client.GET(`${organization}/repos`, { params: { path: { org } }, signal })),
  })

/** Reads all pipelines by repository, at most 10 pages of 100. */
export const pipelinesByRepositoryQuery = (org: string) =>
  queryOptions({
    queryKey: ['pipelines-by-repository', org],
    queryFn: async ({ signal }) => {
      const found: Schema<'Pipeline'>[] = []
      let cursor: string | null = null
      for (let page = 0; page < 10; page += 1) {
        const query: { limit: number; cursor?: string } = { limit: 100, ...(cursor === null ? {} : { cursor }) }
        const { data, next_cursor } = await answer(
          client.GET(`${organization}/pipelines`, { params: { path: { org }, query }, signal }),
        )
        found.push(...data)
        cursor = next_cursor
        if (cursor === null) break
      }
      return Map.groupBy(found, ({ repo_name }) => repo_name?.toLowerCase() ?? '')
    },
  })

export const installationsQuery = (org: string) =>
  queryOptions({
    queryKey: ['github-installations', org],
    queryFn: ({ signal }) =>
      answer(client.GET(`${organization}/github/installations`, { params: { path: { org } }, signal })),
  })

/** Reads the repositories of an installation, by GitHub's installation id. */
export const installationReposQuery = (org: string, id: number) =>
  queryOptions({
    queryKey: ['github-installations', org, id, 'repos'],
    queryFn: ({ signal }) =>
      answer(client.GET(`${installation}/repos`, { params: { path: { org, id: String(id) } }, signal })),
  })

/** Returns the GitHub page that asks for the repositories to connect. */
export async function installUrl(org: string): Promise<string> {
  const { url } = await answer(client.GET(`${organization}/github/install-url`, { params: { path: { org } } }))
  return url
}

/** Changes connections. Each change refreshes the affected queries. */
export function connectionChanges(queries: QueryClient, org: string) {
  const renew = () =>
    Promise.all(['github-installations', 'repos'].map((name) => queries.invalidateQueries({ queryKey: [name, org] })))
  const pathOf = (id: number) => ({ params: { path: { org, id: String(id) } } })
  return {
    connect: async (body: Schema<'ConnectInstallationRequest'>) => {
      const made = await answer(
        client.POST(`${organization}/github/installations`, { params: { path: { org } }, body }),
      )
      await renew()
      return made
    },
    /** Returns the number of repositories. */
    sync: async (id: number) => {
      await answer(client.POST(`${installation}/sync`, pathOf(id)))
      await renew()
      return (await queries.fetchQuery(installationReposQuery(org, id))).data.length
    },
    disconnect: async (id: number) => {
      await answer(client.DELETE(installation, pathOf(id)))
      await renew()
    },
  }
}
