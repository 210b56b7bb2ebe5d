import { requirePipeline } from '../../organizations/index.ts'
import { actorOf } from '../../platform/audit/record-audit.ts'
import type { BlobStore } from '../../platform/blobs/index.ts'
import { type Cursors, type Handlers, operation, scopedOperation } from '../../platform/http/index.ts'
import { toPage } from '../../platform/pagination/page.ts'
import { approveBuild } from '../approval/approve-build.ts'
import { filterKey, readBuildFilter } from '../records/build-filter.ts'
import { cancelBuild } from '../records/cancel-build.ts'
import { presentBuild } from '../records/present-build.ts'
import { requireBuild, requireBuildOf } from '../records/require-build.ts'
import { listBuildsOf, noteCanceledBy } from '../records/store.ts'
import { answerNewBuild, replayNewBuild } from './answer-new-build.ts'
import { requestedFacts } from './build-facts.ts'
import { readBuildInput } from './build-input.ts'
import { createBuildBySource, type SourceBuildServices } from './by-source.ts'
import { completeSource } from './connected-source.ts'
import { keepOnlyIfUsed } from './keep-only-if-used.ts'
import { passGates } from './may-build.ts'
import { rebuildRoutes } from './rebuild-routes.ts'
import { refClassOf } from './ref-class.ts'

export interface BuildServices extends SourceBuildServices {
  readonly cursors: Cursors
  readonly blobs: BlobStore
}

type BuildIds =
  | 'listBuilds'
  | 'getBuild'
  | 'createBuild'
  | 'createBuildBySource'
  | 'cancelBuild'
  | 'rebuildBuild'
  | 'approveBuild'

/** Builds of a pipeline. */
export function buildRoutes(services: BuildServices): Pick<Handlers, BuildIds> {
  const { pool, engine, cursors, blobs } = services
  return {
    listBuilds: operation('listBuilds', async ({ membership, params, query: { limit, cursor, ...query } }) => {
      const pipeline = await requirePipeline(pool, membership.organizationId, params.pipeline)
      const filter = readBuildFilter(query)
      const filters = { pipeline: pipeline.id, ...filterKey(filter) }
      const list = { operationId: 'listBuilds', owner: membership.organizationId, filters }
      const key = cursors.decode(list, cursor)
      const rows = await listBuildsOf(pool, pipeline.id, filter, key === null ? null : Number(key[0]), limit + 1)
      const present = (row: (typeof rows)[number]) => presentBuild(row, pipeline.slug)
      return { status: 200, body: toPage(rows, limit, cursors, list, { keyOf: ({ number }) => [number], present }) }
    }),
    getBuild: operation('getBuild', async ({ membership, params }) => {
      const { pipeline, build } = await requireBuild(pool, membership.organizationId, params)
      return { status: 200, body: presentBuild(build, pipeline.slug) }
    }),
    createBuild: scopedOperation('createBuild', {
      async resolve({ membership, params }) {
        const pipeline = await requirePipeline(pool, membership.organizationId, params.pipeline)
        await passGates(services, membership.organizationId, pipeline)
        return pipeline
      },
      handle: (context) =>
        keepOnlyIfUsed(blobs, context.source, async () => {
          const { scope: pipeline, caller, membership: owner, body, source } = context
          const requested = readBuildInput(body, source, services.settings.sourceUrlAllow)
          const input = await completeSource(services, owner.organizationId, pipeline.repo_name, requested)
          const author = { userId: caller.userId, name: null }
          const facts = requestedFacts(requested.recordedSource, refClassOf(requested, input))
          return answerNewBuild(services, { owner, pipeline, author, input, facts }, context)
        }),
      replay: (buildId, context) => replayNewBuild(services, buildId, context),
    }),
    createBuildBySource: scopedOperation('createBuildBySource', {
      // Which pipeline it is, is in the body.
      resolve: async () => null,
      handle: (context) => keepOnlyIfUsed(blobs, context.source, () => createBuildBySource(services, context)),
      replay: (buildId, context) => replayNewBuild(services, buildId, context),
    }),
    ...rebuildRoutes(services),
    approveBuild: operation('approveBuild', async (context) => {
      const { organizationId } = context.membership
      const { pipeline, build } = await requireBuild(pool, organizationId, context.params)
      const approval = { organizationId, pipelineSlug: pipeline.slug, build }
      await approveBuild(services, actorOf(context), approval)
      return { status: 200, body: presentBuild(await requireBuildOf(pool, pipeline, build.number), pipeline.slug) }
    }),
    cancelBuild: operation('cancelBuild', async ({ caller, membership, params }) => {
      const { pipeline, build } = await requireBuild(pool, membership.organizationId, params)
      await noteCanceledBy(pool, build.id, caller.userId)
      await cancelBuild(engine, build.id)
      return { status: 200, body: presentBuild(await requireBuildOf(pool, pipeline, build.number), pipeline.slug) }
    }),
  }
}
