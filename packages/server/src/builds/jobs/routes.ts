import type { Build, Job } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import { type Handlers, operation } from '../../platform/http/index.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import { loadBuild, requireJob } from '../engine/load-build.ts'
import { requireBuild } from '../records/require-build.ts'
import { listForks } from './list-forks.ts'
import { orderSteps } from './order-steps.ts'
import { presentEgress } from './present-egress.ts'
import { presentJobOf, presentJobsOf } from './present-job.ts'
import { presentServices } from './present-services.ts'
import { readWaits } from './read-waits.ts'
import { type RetryRouteServices, retryRoutes } from './retry-routes.ts'

/** The routes of a build's jobs. The rendering job is not included. */
export function jobRoutes(
  services: RetryRouteServices,
): Pick<
  Handlers,
  'listJobs' | 'getJob' | 'listJobServices' | 'listJobForks' | 'getJobEgress' | 'retryJob' | 'retryBuild'
> {
  const { pool, engine } = services
  return {
    ...retryRoutes(services),
    listJobs: operation('listJobs', async ({ membership, params, query: { attempts } }) => {
      const { build } = await requireBuild(pool, membership.organizationId, params)
      const loaded = await loadBuild(engine, build.id)
      const jobs = attempts === 'all' ? await everyAttempt(engine, loaded) : newestAttempts(loaded)
      return { status: 200, body: { data: await presentJobsOf(engine, loaded, jobs) } }
    }),
    getJob: operation('getJob', async ({ membership, params }) => {
      const { build } = await requireBuild(pool, membership.organizationId, params)
      const job = await requireJob(engine, build.id, params.job_id)
      const loaded = await loadBuild(engine, build.id)
      return { status: 200, body: presentJobOf(loaded, job, await readWaits(engine, loaded, [job]), now()) }
    }),
    listJobServices: operation('listJobServices', async ({ membership, params }) => {
      const { build } = await requireBuild(pool, membership.organizationId, params)
      const job = await requireJob(engine, build.id, params.job_id)
      return { status: 200, body: { data: presentServices(await loadBuild(engine, build.id), job) } }
    }),
    listJobForks: operation('listJobForks', async ({ membership, params }) => {
      const { build } = await requireBuild(pool, membership.organizationId, params)
      const { id } = await requireJob(engine, build.id, params.job_id)
      return { status: 200, body: { data: await listForks(pool, id) } }
    }),
    getJobEgress: operation('getJobEgress', async ({ membership, params }) => {
      const { build } = await requireBuild(pool, membership.organizationId, params)
      const { id } = await requireJob(engine, build.id, params.job_id)
      return { status: 200, body: presentEgress(await engine.store.outputs.egress(id)) }
    }),
  }
}

function newestAttempts({ steps, jobs }: Build): readonly Job[] {
  return orderSteps(steps).flatMap((index) => jobs[index] ?? [])
}

/** Returns all attempts in the order of the steps, the oldest of each step first. */
async function everyAttempt(engine: BuildEngine, { id, steps }: Build): Promise<readonly Job[]> {
  const byStep = Map.groupBy(await engine.store.builds.jobs(id), ({ step }) => step)
  return orderSteps(steps).flatMap((index) => byStep.get(index) ?? [])
}
