import type pg from 'pg'
import { type Handlers, operation } from '../../platform/http/index.ts'
import { summarizeRepositories } from './list-repositories.ts'
import { listConnected, listNamedByPipelines } from './store.ts'

/** Repositories of an organization, whichever way they came to it. */
export function repositoryRoutes({ pool }: { readonly pool: pg.Pool }): Pick<Handlers, 'listOrgRepos'> {
  return {
    listOrgRepos: operation('listOrgRepos', async ({ membership: { organizationId } }) => {
      const connected = await listConnected(pool, organizationId)
      const named = await listNamedByPipelines(pool, organizationId)
      return { status: 200, body: { data: summarizeRepositories(connected, named) } }
    }),
  }
}
