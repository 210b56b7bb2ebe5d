import { actorOf } from '../../platform/audit/record-audit.ts'
import { type Handlers, operation } from '../../platform/http/index.ts'
import { presentBuild } from '../records/present-build.ts'
import { requireBuild, requireBuildOf } from '../records/require-build.ts'
import { type ApprovalServices, approveBuild } from './approve-build.ts'

/** The approval of a build that waits for a member. */
export function approvalRoutes(services: ApprovalServices): Pick<Handlers, 'approveBuild'> {
  const { pool } = services
  return {
    approveBuild: operation('approveBuild', async (context) => {
      const { organizationId } = context.membership
      const { pipeline, build } = await requireBuild(pool, organizationId, context.params)
      await approveBuild(services, actorOf(context), { organizationId, pipelineSlug: pipeline.slug, build })
      return { status: 200, body: presentBuild(await requireBuildOf(pool, pipeline, build.number), pipeline.slug) }
    }),
  }
}
