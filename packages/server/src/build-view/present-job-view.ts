import type { components } from '@harmont/contract'
import { type Build, isTerminal, type Job, type JobErrorCode, type Step } from '@harmont/engine'
import type { Complete } from '../http/index.ts'
import { formatInstant, formatOptionalInstant } from '../input/instant.ts'
import { prerequisitesOf } from '../jobs/order-steps.ts'
import { presentJobOf } from '../jobs/present-in-build.ts'
import { retryProblem } from '../jobs/retry-problem.ts'
import { leaseCost, leaseSeconds, microCentsPerCent } from '../money/lease-cost.ts'
import type { BillingRates } from '../settings/parse.ts'

type JobView = Complete<components['schemas']['JobView']>

/** What of a build a view of one of its jobs is made with. */
export interface ViewOfBuild {
  readonly build: Build
  /** Every attempt, by step; oldest first. */
  readonly attempts: ReadonlyMap<number | null, readonly Job[]>
  readonly versions: Readonly<Record<string, number>>
  /** The last lines that failed jobs wrote. */
  readonly tails: ReadonlyMap<string, readonly string[]>
  /** Cache look-ups were switched off for this build. */
  readonly isCacheBypassed: boolean
  /** null: billing is off. */
  readonly rates: BillingRates | null
  readonly publicUrl: string
  readonly now: number
}

/** A job of a step as the build's page shows it. */
export function presentJobView(view: ViewOfBuild, job: Job, step: Step): JobView {
  const { build } = view
  const prerequisites = prerequisitesOf(step).flatMap((index) => build.jobs[index] ?? [])
  const isWaiting = job.state === 'pending' || job.state === 'scheduled'
  const problem = retryProblem(build, job, view.now)
  return {
    ...presentJobOf(build, job),
    version: view.versions[job.id] ?? 0,
    attempts: (view.attempts.get(job.step) ?? [job]).map(presentAttempt),
    builds_in: step.buildsIn === null ? null : (build.jobs[step.buildsIn]?.id ?? null),
    waits_on:
      job.state === 'pending' ? prerequisites.filter(({ state }) => !isTerminal(state)).map(({ id }) => id) : [],
    scheduled_at: formatOptionalInstant(job.scheduledAt),
    waiting: isWaiting ? waiting(view, job, prerequisites) : null,
    skipped_by: job.skipReason === 'prerequisite' ? (prerequisites.find(hasNotPassed)?.id ?? null) : null,
    image: step.image,
    cache: { outcome: cacheOutcome(view, job, step) },
    failure: failure(view, job),
    retry: { allowed: problem === null, reason: problem },
    cost: cost(view, job, step),
  }
}

/** The job that renders the pipeline; null for a build whose steps were given. */
export function presentRenderView(view: ViewOfBuild): JobView | null {
  const { render: job } = view.build
  if (job === null) return null
  const isWaiting = job.state === 'pending' || job.state === 'scheduled'
  return {
    id: job.id,
    state: job.state,
    step_key: null,
    name: 'Render the pipeline',
    command: null,
    depends_on: [],
    attempt: job.attempt,
    previous_attempt_id: job.previousAttempt,
    wait_reason: isWaiting ? (view.build.held ? 'approval' : 'runner') : null,
    skip_reason: job.skipReason,
    cached: false,
    exit_code: job.exitCode,
    error_code: job.errorCode,
    error_message: job.errorMessage,
    soft_failed: false,
    soft_fail_policy: null,
    retry_policy: null,
    created_at: formatInstant(job.createdAt),
    started_at: formatOptionalInstant(job.startedAt),
    finished_at: formatOptionalInstant(job.finishedAt),
    version: view.versions[job.id] ?? 0,
    attempts: [presentAttempt(job, 0, [job])],
    builds_in: null,
    waits_on: [],
    scheduled_at: formatOptionalInstant(job.scheduledAt),
    waiting: isWaiting ? waiting(view, job, []) : null,
    skipped_by: null,
    image: null,
    cache: { outcome: 'off' },
    failure: failure(view, job),
    retry: { allowed: false, reason: 'a rendering is done again by a rebuild' },
    // Rendering is not charged.
    cost: null,
  }
}

function presentAttempt(job: Job, index: number, all: readonly Job[]): JobView['attempts'][number] {
  const before = all[index - 1]
  // The step's own policy makes the next attempt at the instant at which the one before it ends; a person comes later.
  const cause = before === undefined ? 'first' : job.createdAt === before.finishedAt ? 'policy' : 'manual'
  return {
    number: job.attempt,
    job_id: job.id,
    cause,
    state: job.state,
    exit_code: job.exitCode,
    started_at: formatOptionalInstant(job.startedAt),
    finished_at: formatOptionalInstant(job.finishedAt),
  }
}

function hasNotPassed({ state, softFailed, skipReason }: Job): boolean {
  return isTerminal(state) && state !== 'passed' && !softFailed && skipReason !== 'condition'
}

function waiting({ build, now }: ViewOfBuild, job: Job, prerequisites: readonly Job[]): JobView['waiting'] {
  const since = formatInstant(job.scheduledAt ?? job.createdAt)
  if (build.held) {
    return {
      message: 'Waits for a member to approve this build.',
      since,
      refs: [{ kind: 'approval', name: 'approval', job_id: null }],
    }
  }
  if (job.state === 'pending') {
    const open = prerequisites.filter(({ state }) => !isTerminal(state))
    const refs = open.map(({ id, step }) => ({
      kind: 'step',
      name: step === null ? '' : (build.steps[step]?.name ?? ''),
      job_id: id,
    }))
    return { message: `Waits for ${refs.map(({ name }) => `\`${name}\``).join(', ')}.`, since, refs }
  }
  if (job.notBefore !== null && job.notBefore > now) {
    const at = formatInstant(job.notBefore)
    return { message: `Is tried again at ${at}.`, since, refs: [{ kind: 'time', name: at, job_id: null }] }
  }
  return { message: 'Waits for a free runner.', since, refs: [{ kind: 'runner', name: 'runner', job_id: null }] }
}

function cacheOutcome(
  { isCacheBypassed }: ViewOfBuild,
  { cached }: Job,
  { cacheKey }: Step,
): JobView['cache']['outcome'] {
  if (cached) return 'hit'
  if (cacheKey === null) return 'off'
  return isCacheBypassed ? 'bypassed' : 'miss'
}

const platformFaults: ReadonlySet<JobErrorCode> = new Set([
  'provision_failed',
  'snapshot_failed',
  'sandbox_lost',
  'build_abandoned',
  'service_unsupported',
])

function failure({ tails, publicUrl }: ViewOfBuild, job: Job): JobView['failure'] {
  if (job.state !== 'failed' && job.state !== 'timed_out') return null
  const { errorCode, errorMessage, exitCode } = job
  const signal = /\bSIG[A-Z0-9]+\b/.exec(errorMessage ?? '')?.[0] ?? null
  return {
    kind: errorCode ?? (signal === null ? 'exit' : 'signal'),
    platform: errorCode !== null && platformFaults.has(errorCode),
    signal,
    message: errorMessage ?? `The command ended with exit code ${exitCode ?? 'unknown'}.`,
    tail: [...(tails.get(job.id) ?? [])],
    doc_url: errorCode === null ? null : `${publicUrl}/docs/errors/${errorCode}`,
  }
}

function cost(
  { rates, now }: ViewOfBuild,
  { startedAt, finishedAt, cached }: Job,
  { resources }: Step,
): JobView['cost'] {
  if (startedAt === null || cached) return null
  const seconds = leaseSeconds(new Date(startedAt), new Date(finishedAt ?? now))
  const shape = { cpuCount: resources.cpu, memoryGb: resources.memoryGb, diskGb: resources.diskGb }
  return {
    cents: rates === null ? null : Math.floor(leaseCost(seconds, shape, rates) / microCentsPerCent),
    vcpu_seconds: seconds * resources.cpu,
  }
}
