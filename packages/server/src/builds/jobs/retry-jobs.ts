import { type Build, type BuildEvent, decide, defaultStoreSettings, evolve, type Job, liveBuild } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import type pg from 'pg'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { apiError, type Idempotency } from '../../platform/http/index.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import type { BuildRow } from '../records/store.ts'
import { requireSource } from '../source/require-source.ts'
import { restoreRunnerToken, runnerToken } from '../source/runner-token.ts'
import { orderSteps } from './order-steps.ts'
import { retryProblem } from './retry-problem.ts'

export interface RetryServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
  readonly runnerSecret: string
}

/** The jobs of a build to retry: these, or all that can be retried. */
export type RetryWish = { readonly kind: 'all' } | { readonly kind: 'jobs'; readonly ids: readonly string[] }

/**
 * Adds an attempt to each of these jobs, in one transaction of the engine (`http.md` 7.6). Returns
 * the ids of the previous attempts. Throws 409 `job_not_retryable` when a named job cannot be
 * retried, or no job can, and 409 `source_gone`. After an error nothing has changed.
 */
export async function retryJobs(
  services: RetryServices,
  build: BuildRow,
  wish: RetryWish,
  idempotency: Idempotency | null,
): Promise<readonly string[]> {
  const found = await services.engine.store.builds.load(build.id)
  if (found === undefined) throw new Error(`the engine does not have the build ${build.id}`)
  const ids = wish.kind === 'all' ? retryable(found.build) : requireRetryable(found.build, wish.ids)
  const [first] = ids
  if (first === undefined)
    throw notRetryable('No job of this build can be retried: none failed, timed out or was canceled.')
  await transaction(services.pool, async (client) => {
    await requireSource(client, build.id, found.context.source)
    await restoreRunnerToken(client, build.id, hashToken(runnerToken(services.runnerSecret, build.id)))
    // Stored before the retry: if this process dies in between, a repeated request completes it.
    // An id names one attempt, which is retried only once.
    await idempotency?.keep(client, JSON.stringify(ids))
  })
  if (!(await applyRetry(services.engine, build.id, ids)))
    throw notRetryable('Someone else has already retried the job.')
  return ids
}

/** Applies a retry; returns whether it retries any job. Idempotent. */
export async function applyRetry(engine: BuildEngine, buildId: string, ids: readonly string[]): Promise<boolean> {
  const applied = await engine.store.builds.apply(buildId, eventsOf(ids))
  return applied?.taken.includes(true) === true
}

function eventsOf(ids: readonly string[]): readonly BuildEvent[] {
  const at = now()
  return ids.map((job) => ({ type: 'retry', job, at }))
}

/** Sorts the ids, prerequisites first: a dependent can be retried only after them. */
function inOrder(build: Build, wanted: (job: Job) => boolean): readonly string[] {
  return orderSteps(build.steps).flatMap((index) => {
    const job = build.jobs[index]
    return job !== undefined && wanted(job) ? [job.id] : []
  })
}

function retryable(build: Build): readonly string[] {
  const ids = inOrder(build, (job) => retryProblem(build, job, now()) === null)
  const { taken } = rehearse(build, ids)
  return ids.filter((_, index) => taken[index])
}

function requireRetryable(build: Build, wanted: readonly string[]): readonly string[] {
  const newest = new Map(build.jobs.map((job) => [job.id, job]))
  for (const id of wanted) {
    const job = newest.get(id)
    const problem = job === undefined ? 'it is not the newest attempt of its step' : retryProblem(build, job, now())
    if (problem !== null) throw notRetryable(`The job ${id} cannot be retried: ${problem}.`)
  }
  const ids = inOrder(build, ({ id }) => wanted.includes(id))
  const { taken, states } = rehearse(build, ids)
  // A job that ended before it began waits again in the same attempt when its prerequisite is
  // retried.
  const refused = ids.find((id, index) => !taken[index] && states.get(id) !== 'pending')
  if (refused !== undefined)
    throw notRetryable(
      `The job ${refused} cannot be retried: one of its prerequisites has not passed. Retry that step first, or both together.`,
    )
  return ids
}

/**
 * Applies the retries to a copy of the build. Returns whether each is accepted, and the resulting
 * states.
 */
function rehearse(build: Build, ids: readonly string[]) {
  const live = liveBuild(build)
  const taken = eventsOf(ids).map((event) => {
    const decision = decide(live, event, defaultStoreSettings)
    if (decision.taken) evolve(live, decision.change)
    return decision.taken
  })
  return { taken, states: new Map(live.jobs.map(({ id, state }) => [id, state])) }
}

function notRetryable(message: string): Error {
  return apiError('job_not_retryable', message)
}
