import { queryOptions } from '@tanstack/react-query'
import { answer, client } from '../api/client.ts'

/** Creates an organization that this person owns. */
export const createOrganization = (name: string) => answer(client.POST('/api/v0/organizations', { body: { name } }))

const foundAtMost = 6

/** Finds pipelines and builds; a build by number, message, branch, author or commit. */
export const searchQuery = (org: string, q: string) =>
  queryOptions({
    queryKey: ['palette', org, q],
    queryFn: async ({ signal }) => {
      const ask = (query: { readonly q: string } | { readonly commit: string }) =>
        answer(
          client.GET('/api/v0/organizations/{org}/builds', {
            params: { path: { org }, query: { ...query, limit: foundAtMost } },
            signal,
          }),
        )
      const [pipelines, builds, ofCommit] = await Promise.all([
        answer(
          client.GET('/api/v0/organizations/{org}/pipeline-summaries', {
            params: { path: { org }, query: { q, limit: foundAtMost } },
            signal,
          }),
        ),
        ask({ q }),
        /^[0-9a-f]{4,40}$/.test(q) ? ask({ commit: q }) : null,
      ])
      const found = new Map([...builds.data, ...(ofCommit?.data ?? [])].map((build) => [build.id, build]))
      return {
        pipelines: pipelines.data.map(({ pipeline }) => pipeline),
        builds: [...found.values()].slice(0, foundAtMost),
      }
    },
    staleTime: 5000,
    retry: false,
  })
