import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { answer, client } from '../api/client.ts'
import { listOf } from '../api/complete.ts'
import type { Schema } from '../api/schemas.ts'

const workspaces = '/api/v0/organizations/{org}/bitbucket/workspaces'
const workspace = `${workspaces}/{id}` as const

export const workspacesQuery = (org: string) =>
  queryOptions({
    queryKey: ['bitbucket-workspaces', org],
    queryFn: async ({ signal }) =>
      listOf((await answer(client.GET(workspaces, { params: { path: { org } }, signal }))).workspaces),
  })

/** Reads the repositories of a workspace, by its slug. */
export const workspaceReposQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: ['bitbucket-workspaces', org, id, 'repos'],
    queryFn: async ({ signal }) =>
      listOf((await answer(client.GET(`${workspace}/repos`, { params: { path: { org, id } }, signal }))).repos),
  })

/** Returns the Bitbucket page that requests access. */
export async function bitbucketUrl(org: string): Promise<string> {
  const asked = { params: { path: { org } } }
  return (await answer(client.GET('/api/v0/organizations/{org}/bitbucket/oauth-url', asked))).url
}

/** Connects the workspaces of the person who returns from Bitbucket, and returns them. */
export function connectBitbucket(back: Schema<'ConnectBitbucketRequest'>): Promise<Schema<'ConnectBitbucketResponse'>> {
  return answer(client.POST('/api/v0/integrations/bitbucket/connect', { body: back }))
}

/** Disconnects a workspace and refreshes the affected queries. */
export async function disconnectWorkspace(queries: QueryClient, org: string, id: string): Promise<void> {
  await answer(client.DELETE(workspace, { params: { path: { org, id } } }))
  await Promise.all(
    ['bitbucket-workspaces', 'repos'].map((name) => queries.invalidateQueries({ queryKey: [name, org] })),
  )
}
