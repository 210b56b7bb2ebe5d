import { type Handlers, operation } from '../../platform/http/index.ts'
import { requireBuild } from '../records/require-build.ts'
import { buildView } from './build-view.ts'
import type { ViewServices } from './read-view.ts'

/** The page of a build in one request. */
export function buildViewRoutes(services: ViewServices): Pick<Handlers, 'getBuildView'> {
  return {
    getBuildView: operation('getBuildView', async ({ membership, params }) => {
      const { organizationId, organizationSlug } = membership
      const found = await requireBuild(services.pool, organizationId, params)
      return { status: 200, body: await buildView(services, { organizationSlug, ...found }) }
    }),
  }
}
