import { requireBuild } from '../builds/require-build.ts'
import { type Handlers, operation } from '../http/index.ts'
import { buildView, type ViewServices } from './build-view.ts'

/** The page of a build in one request. */
export function buildViewRoutes(services: ViewServices): Pick<Handlers, 'getBuildView'> {
  return {
    getBuildView: operation('getBuildView', async ({ membership, params }) => {
      const { pipeline, build } = await requireBuild(services.pool, membership.organizationId, params)
      return { status: 200, body: await buildView(services, pipeline, build) }
    }),
  }
}
