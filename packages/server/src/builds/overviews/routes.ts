import { now } from '@harmont/sandbox'
import type pg from 'pg'
import { presentPipeline } from '../../organizations/index.ts'
import { type Cursors, type Handlers, operation } from '../../platform/http/index.ts'
import { ageKeyOf, readAgeKey, toPage } from '../../platform/pagination/page.ts'
import { listSortedPipelines, type SortedPipelineRow } from './list-pipelines.ts'
import { listBuildKeys, readOrganizationFilter } from './organization-builds.ts'
import { findSummaries, newestSummaries, presentSummary } from './summary.ts'

const buildsEach = 20

/** The overviews of an organization: one request for each list. */
export function overviewRoutes({
  pool,
  cursors,
}: {
  readonly pool: pg.Pool
  readonly cursors: Cursors
}): Pick<Handlers, 'listPipelineSummaries' | 'listOrganizationBuilds'> {
  return {
    listPipelineSummaries: operation('listPipelineSummaries', async ({ membership, query }) => {
      const { limit, cursor, q = '', state = null, sort = 'activity' } = query
      const filters = { q, state: state ?? '', sort }
      const list = { operationId: 'listPipelineSummaries', owner: membership.organizationId, filters }
      const wish = { q: q || null, state, sort, after: cursors.decode(list, cursor), limit: limit + 1 }
      const rows = await listSortedPipelines(pool, membership.organizationId, wish)
      const builds = await newestSummaries(pool, rows.slice(0, limit), buildsEach)
      const ofPipeline = Map.groupBy(builds, (build) => build.pipeline_id)
      const at = now()
      const keyOf = ({ rank, sort_text, id }: SortedPipelineRow) => [rank, sort_text, id]
      const present = (row: SortedPipelineRow) => ({
        pipeline: presentPipeline(row),
        builds: (ofPipeline.get(row.id) ?? []).map((build) => presentSummary(build, at)),
      })
      return { status: 200, body: toPage(rows, limit, cursors, list, { keyOf, present }) }
    }),
    listOrganizationBuilds: operation('listOrganizationBuilds', async ({ membership, query }) => {
      const { organizationId } = membership
      const { limit, cursor, ...rest } = query
      const filter = await readOrganizationFilter(pool, organizationId, rest)
      const filters = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]))
      const list = { operationId: 'listOrganizationBuilds', owner: organizationId, filters }
      const after = readAgeKey(cursors.decode(list, cursor))
      const keys = await listBuildKeys(pool, organizationId, filter, { after, limit: limit + 1 })
      const shown = keys.slice(0, limit).map(({ id }) => id)
      const builds = new Map((await findSummaries(pool, shown)).map((build) => [build.id, build]))
      const at = now()
      const { next_cursor } = toPage(keys, limit, cursors, list, { keyOf: ageKeyOf, present: ({ id }) => id })
      const data = shown.flatMap((id) => builds.get(id) ?? []).map((build) => presentSummary(build, at))
      return { status: 200, body: { data, next_cursor } }
    }),
  }
}
