import type pg from 'pg'
import { requirePipeline } from '../../organizations/index.ts'
import { type Handlers, operation, queryError } from '../../platform/http/index.ts'
import { sumTimes, timesDays } from './store.ts'

const usualDays = 7

/** The route that shows how the time of a pipeline's builds was spent. */
export function pipelineTimeRoutes({ pool }: { readonly pool: pg.Pool }): Pick<Handlers, 'getPipelineTime'> {
  return {
    getPipelineTime: operation('getPipelineTime', async ({ membership, params, query: { days = usualDays } }) => {
      if (days < 1 || days > timesDays) throw queryError('days', `must be from 1 to ${timesDays}`)
      const { id } = await requirePipeline(pool, membership.organizationId, params.pipeline)
      const { parts, ...counts } = await sumTimes(pool, id, days)
      const total = parts.reduce((sum, { ms }) => sum + ms, 0)
      return { status: 200, body: { days, total_ms: total, parts: [...parts], ...counts } }
    }),
  }
}
