import type pg from 'pg'
import { actorOf } from '../../platform/audit/record-audit.ts'
import { type Cursors, type Handlers, operation, scopedOperation } from '../../platform/http/index.ts'
import { ageKeyOf, readAgeKey, toPage } from '../../platform/pagination/page.ts'
import { createPipeline } from './create-pipeline.ts'
import { presentPipeline } from './present.ts'
import { requirePipeline, requirePipelineCreation } from './require-pipeline.ts'
import { listPipelinesOf } from './store.ts'
import { updatePipeline } from './update-pipeline.ts'

type PipelineIds = 'listPipelines' | 'createPipeline' | 'getPipeline' | 'updatePipeline' | 'archivePipeline'

/** Pipelines of an organization. */
export function pipelineRoutes({
  pool,
  cursors,
}: {
  readonly pool: pg.Pool
  readonly cursors: Cursors
}): Pick<Handlers, PipelineIds> {
  return {
    listPipelines: operation('listPipelines', async ({ membership, query: { limit, cursor, archived, q } }) => {
      const { organizationId } = membership
      const filter = { archived: archived === 'true', q: q || null }
      const filters = { archived: String(filter.archived), q: filter.q ?? '' }
      const list = { operationId: 'listPipelines', owner: organizationId, filters }
      const after = readAgeKey(cursors.decode(list, cursor))
      const rows = await listPipelinesOf(pool, organizationId, filter, after, limit + 1)
      return { status: 200, body: toPage(rows, limit, cursors, list, { keyOf: ageKeyOf, present: presentPipeline }) }
    }),
    createPipeline: scopedOperation('createPipeline', {
      resolve: ({ membership }) => requirePipelineCreation(pool, membership),
      handle: async (context) => ({
        status: 201,
        body: presentPipeline(
          await createPipeline(pool, context.membership.organizationId, actorOf(context), context.body),
        ),
      }),
    }),
    getPipeline: operation('getPipeline', async ({ membership, params }) => ({
      status: 200,
      body: presentPipeline(await requirePipeline(pool, membership.organizationId, params.pipeline)),
    })),
    updatePipeline: scopedOperation('updatePipeline', {
      resolve: ({ membership, params }) => requirePipeline(pool, membership.organizationId, params.pipeline),
      handle: async (context) => {
        const { scope: pipeline, membership, body } = context
        const changed = await updatePipeline(pool, membership.organizationId, actorOf(context), pipeline, body)
        return { status: 200, body: presentPipeline(changed) }
      },
    }),
    archivePipeline: operation('archivePipeline', async (context) => {
      const { organizationId } = context.membership
      const pipeline = await requirePipeline(pool, organizationId, context.params.pipeline)
      await updatePipeline(pool, organizationId, actorOf(context), pipeline, { archived: true })
      return { status: 204 }
    }),
  }
}
