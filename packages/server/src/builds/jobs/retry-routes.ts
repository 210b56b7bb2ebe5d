import type { Build } from '@harmont/engine'
import type { PipelineRow } from '../../organizations/index.ts'
import { type Body, type Handlers, scopedOperation } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { loadBuild, requireJob } from '../engine/load-build.ts'
import { requireBuild } from '../records/require-build.ts'
import type { BuildRow } from '../records/store.ts'
import { isTriggered, type MayBuildServices, requireMayBuild } from '../submit/may-build.ts'
import { presentJobsOf } from './present-job.ts'
import { applyRetry, type RetryServices, type RetryWish, retryJobs } from './retry-jobs.ts'

export interface RetryRouteServices extends RetryServices, MayBuildServices {}

interface FoundBuild {
  readonly pipeline: PipelineRow
  readonly build: BuildRow
}

interface Place {
  readonly membership: { readonly organizationId: string }
  readonly params: { readonly pipeline: string; readonly number: number }
}

/** The routes that retry jobs. */
export function retryRoutes(services: RetryRouteServices): Pick<Handlers, 'retryJob' | 'retryBuild'> {
  const { pool, engine } = services
  const pass = ({ membership }: Place, { pipeline, build }: FoundBuild) =>
    requireMayBuild(services, membership.organizationId, pipeline, isTriggered(build))
  /** Finds the newest attempts of the steps of these jobs. */
  const attemptsOf = async (buildId: string, ids: readonly string[]) => {
    const build = await loadBuild(engine, buildId)
    const steps = new Map((await engine.store.builds.jobs(buildId)).map(({ id, step }) => [id, step]))
    const jobs = ids.flatMap((id) => build.jobs[steps.get(id) ?? -1] ?? [])
    return presentJobsOf(engine, build, jobs)
  }
  const replayed = async (subject: string, context: Place) => {
    const { build } = await requireBuild(pool, context.membership.organizationId, context.params)
    const ids: readonly string[] = JSON.parse(subject)
    await applyRetry(engine, build.id, ids)
    return attemptsOf(build.id, ids)
  }
  return {
    retryJob: scopedOperation('retryJob', {
      async resolve(context) {
        const found = await requireBuild(pool, context.membership.organizationId, context.params)
        const job = await requireJob(engine, found.build.id, context.params.job_id)
        await pass(context, found)
        return { build: found.build, job }
      },
      async handle({ scope: { build, job }, idempotency }) {
        const ids = await retryJobs(services, build, { kind: 'jobs', ids: [job.id] }, idempotency)
        return { status: 201, body: only(await attemptsOf(build.id, ids)) }
      },
      replay: async (subject, context) => ({ status: 201, body: only(await replayed(subject, context)) }),
    }),
    retryBuild: scopedOperation('retryBuild', {
      async resolve(context) {
        const found = await requireBuild(pool, context.membership.organizationId, context.params)
        await pass(context, found)
        return found.build
      },
      async handle({ scope: build, body, idempotency }) {
        for (const id of body.job_ids ?? []) await requireJob(engine, build.id, id)
        const wish = readWish(body, await loadBuild(engine, build.id))
        const ids = await retryJobs(services, build, wish, idempotency)
        return { status: 201, body: { data: await attemptsOf(build.id, ids) } }
      },
      replay: async (subject, context) => ({ status: 201, body: { data: await replayed(subject, context) } }),
    }),
  }
}

/**
 * Reads the jobs to retry; without a list, every job that can be retried. Throws 422
 * `request_invalid` for a step that does not exist.
 */
function readWish({ job_ids, step_keys }: Body<'retryBuild'>, build: Build): RetryWish {
  const ids = (job_ids ?? []).map((id) => id.toLowerCase())
  const errors = new FieldErrors()
  const named = (step_keys ?? []).flatMap((key) => {
    const index = build.steps.findIndex((step) => step.key === key)
    if (index === -1) errors.add('step_keys', `must name steps of this build; got \`${key.slice(0, 80)}\``)
    return build.jobs[index]?.id ?? []
  })
  errors.throwIfAny('request_invalid')
  const all = [...new Set([...ids, ...named])]
  return all.length === 0 ? { kind: 'all' } : { kind: 'jobs', ids: all }
}

function only<T>(jobs: readonly T[]): T {
  const [job] = jobs
  if (job === undefined) throw new Error('a job that was retried has no newest attempt')
  return job
}
