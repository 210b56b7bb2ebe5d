/** The number of runners that a pool needs, for an autoscaler. */
import { defaultPool } from '@harmont/engine'
import type pg from 'pg'
import { type Handlers, operation } from '../platform/http/index.ts'
import { requireMonitor } from '../platform/metrics/routes.ts'
import type { Settings } from '../platform/settings/read-settings.ts'

interface ScaleServices {
  readonly pool: pg.Pool
  readonly settings: Pick<Settings, 'metricsToken'>
}

interface Work {
  /** Jobs that runners of the pool hold. */
  readonly running: number
  /** Jobs that wait only for a runner of the pool. */
  readonly ready: number
  /** Jobs that have waited for a while, for which the present runners have no slots. */
  readonly waiting: number
  /** Average number of slots of a runner of the pool; null if none has joined. */
  readonly slots: number | null
}

/** Serves the number of runners that a pool needs. */
export function scaleRoutes({ pool, settings }: ScaleServices): Pick<Handlers, 'getScale'> {
  return {
    getScale: operation('getScale', async (request) => {
      requireMonitor(request, settings)
      const work = await workOf(pool, request.query.pool)
      const { ready, running } = work
      return { status: 200, body: { wanted_runners: wantedRunners(work), ready, running } }
    }),
  }
}

/** Assumes one job per runner until the first runner of the pool reports its slots. */
export function wantedRunners({ running, waiting, slots }: Omit<Work, 'ready'>): number {
  return Math.ceil((running + waiting) / Math.max(1, Math.round(slots ?? 1)))
}

async function workOf(database: pg.Pool, pool: string): Promise<Work> {
  const { rows } = await database.query<Work>({
    name: 'work-of-pool',
    text: `select
      (select count(*)::int from engine.leases l join engine.runners e on e.id = l.runner where coalesce(e.pool, $2) = $1) as running,
      count(*)::int as ready,
      (count(*) filter (where ready_at <= now() - interval '5 seconds'))::int as waiting,
      (select avg(r.slots)::float8 from runners r join runner_keys k on k.id = r.key_id
        where k.pool = $1 and r.revoked_at is null) as slots
      from engine.ready where coalesce(pool, $2) = $1 and gate is null and coalesce(not_before, now()) <= now()`,
    values: [pool, defaultPool],
  })
  const [work] = rows
  if (work === undefined) throw new Error('a count gives one row')
  return work
}
