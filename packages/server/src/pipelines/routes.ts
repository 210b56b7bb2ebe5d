import type pg from 'pg'
import { type Cursors, type Handlers, operation } from '../http/index.ts'
import { ageKeyOf, readAgeKey, toPage } from '../pagination/page.ts'
import { createPipeline } from './create-pipeline.ts'
import { presentPipeline } from './present.ts'
import { requirePipeline } from './require-pipeline.ts'
import { listPipelinesOf } from './store.ts'

/** Pipelines of an organization. */
export function pipelineRoutes({
  pool,
  cursors,
}: {
  readonly pool: pg.Pool
  readonly cursors: Cursors
}): Pick<Handlers, 'listPipelines' | 'createPipeline' | 'getPipeline'> {
  return {
    listPipelines: operation('listPipelines', async ({ membership, query: { limit, cursor } }) => {
      const list = { operationId: 'listPipelines', owner: membership.organizationId }
      const after = readAgeKey(cursors.decode(list, cursor))
      const rows = await listPipelinesOf(pool, membership.organizationId, after, limit + 1)
      return { status: 200, body: toPage(rows, limit, cursors, list, { keyOf: ageKeyOf, present: presentPipeline }) }
    }),
    createPipeline: operation('createPipeline', async ({ membership, body }) => ({
      status: 201,
      body: presentPipeline(await createPipeline(pool, membership.organizationId, body)),
    })),
    getPipeline: operation('getPipeline', async ({ membership, params }) => ({
      status: 200,
      body: presentPipeline(await requirePipeline(pool, membership.organizationId, params.pipeline)),
    })),
  }
}
