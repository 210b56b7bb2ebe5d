import type pg from 'pg'
import { requirePipeline } from '../../organizations/index.ts'
import { type Cursors, type Handlers, operation } from '../../platform/http/index.ts'
import { toPage } from '../../platform/pagination/page.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import { filterKey, readBuildFilter } from './build-filter.ts'
import { cancelBuild } from './cancel-build.ts'
import { presentBuild } from './present-build.ts'
import { requireBuild, requireBuildOf } from './require-build.ts'
import { listBuildsOf, noteCanceledBy } from './store.ts'

export interface BuildServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
  readonly cursors: Cursors
}

/** The routes of a pipeline's builds. */
export function buildRoutes({
  pool,
  engine,
  cursors,
}: BuildServices): Pick<Handlers, 'listBuilds' | 'getBuild' | 'cancelBuild'> {
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
    cancelBuild: operation('cancelBuild', async ({ caller, membership, params }) => {
      const { pipeline, build } = await requireBuild(pool, membership.organizationId, params)
      await noteCanceledBy(pool, build.id, caller.userId)
      await cancelBuild(engine, build.id)
      return { status: 200, body: presentBuild(await requireBuildOf(pool, pipeline, build.number), pipeline.slug) }
    }),
  }
}
