import type { Build, Job } from '@harmont/engine'
import type pg from 'pg'
import { requireBuild } from '../builds/require-build.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import { apiError, type Handlers, operation } from '../http/index.ts'
import { orderSteps } from './order-steps.ts'
import { presentJobOf } from './present-in-build.ts'

export interface JobServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
}

/** Jobs of a build. The one that renders the pipeline is none of them. */
export function jobRoutes({ pool, engine }: JobServices): Pick<Handlers, 'listJobs' | 'getJob'> {
  return {
    listJobs: operation('listJobs', async ({ membership, params }) => {
      const { build } = await requireBuild(pool, membership.organizationId, params)
      const loaded = await load(engine, build.id)
      const jobs = orderSteps(loaded.steps).flatMap((index) => loaded.jobs[index] ?? [])
      return { status: 200, body: { data: jobs.map((job) => presentJobOf(loaded, job)) } }
    }),
    getJob: operation('getJob', async ({ membership, params }) => {
      const { build } = await requireBuild(pool, membership.organizationId, params)
      const wanted = params.job_id.toLowerCase()
      const loaded = await load(engine, build.id)
      const isWanted = ({ id, step }: Job) => id === wanted && step !== null
      const job = loaded.jobs.find(isWanted) ?? (await engine.store.jobs(build.id)).find(isWanted)
      if (job === undefined) throw apiError('job_not_found', 'There is no such job in this build.')
      return { status: 200, body: presentJobOf(loaded, job) }
    }),
  }
}

async function load(engine: BuildEngine, buildId: string): Promise<Build> {
  const found = await engine.store.load(buildId)
  if (found === undefined) throw new Error(`the engine does not have the build ${buildId}`)
  return found.build
}
