import { isTerminal, type Job, namedPrerequisites, phasesFromRow, type Step } from '@harmont/engine'
import { formatInstant } from '../../platform/input/instant.ts'
import { sortedPrerequisites } from '../jobs/order-steps.ts'
import { instantsOf, presentJobOf } from '../jobs/present-job.ts'
import { waitReason } from '../jobs/read-waits.ts'
import { prerequisiteProblem, retryProblem } from '../jobs/retry-problem.ts'
import { cacheOf } from './cache-view.ts'
import { jobCost } from './cost.ts'
import { failureOf } from './failure.ts'
import { localCommand, shellOf, snapshotOf } from './shell-view.ts'
import type { AttemptRow } from './store.ts'
import type { JobView, ViewOfBuild } from './view-of-build.ts'
import { waitingOf } from './waiting.ts'

/** Returns the newest attempt of a step as the build's page shows it. */
export function presentJobView(view: ViewOfBuild, job: Job, step: Step): JobView {
  const { build } = view
  const before = job.step === null ? [] : sortedPrerequisites(build.steps, job.step)
  const prerequisites = before.flatMap((index) => build.jobs[index] ?? [])
  const problem = retryProblem(build, job, view.now) ?? prerequisiteProblem(build, job)
  return {
    ...presentJobOf(build, job, view.waits, view.now),
    version: versionOf(view, [job, ...prerequisites]),
    attempts: presentAttempts(view, job),
    builds_in: step.buildsIn === null ? null : (build.jobs[step.buildsIn]?.id ?? null),
    waits_on: job.state === 'pending' ? openOf(view, namedPrerequisites(step)).map(({ id }) => id) : [],
    waiting: waitingOf(view, job, step, prerequisites),
    skipped_by: job.skipReason === 'prerequisite' ? (prerequisites.find(hasNotPassed)?.id ?? null) : null,
    image: step.image,
    snapshot: snapshotOf(view, job, step),
    cache: cacheOf(view, job, step),
    failure: failureOf(view, job, step),
    retry: { allowed: problem === null, reason: problem },
    shell: shellOf(view, job, step),
    local_command: localCommand(view, step),
    cost: jobCost(view, job, step),
    log: logOf(view, job),
    annotations: view.annotations.get(job.id) ?? 0,
    runner: runnerOf(view, job),
    id_tokens: [...new Set(Object.values(step.idTokens ?? {}))],
    lost: job.lost > 0,
    concurrency_group: step.concurrency?.group ?? null,
  }
}

/** Returns the rendering job; null for a build whose steps were given. */
export function presentRenderView(view: ViewOfBuild): JobView | null {
  const { render: job } = view.build
  if (job === null) return null
  return {
    id: job.id,
    state: job.state,
    step_key: null,
    name: 'Render the pipeline',
    command: null,
    depends_on: [],
    appended_by: null,
    after_appended: [],
    attempt: job.attempt,
    previous_attempt_id: job.previousAttempt,
    wait_reason: waitReason(view.build, job, view.waits, view.now),
    skip_reason: job.skipReason,
    cached: false,
    substituted_image: job.substitutedImage,
    exit_code: job.exitCode,
    error_code: job.errorCode,
    error_message: job.errorMessage,
    created_at: formatInstant(job.createdAt),
    ...instantsOf(job),
    soft_failed: false,
    soft_fail_policy: null,
    retry_policy: null,
    version: versionOf(view, [job]),
    attempts: presentAttempts(view, job),
    builds_in: null,
    waits_on: [],
    waiting: waitingOf(view, job, null, []),
    skipped_by: null,
    image: null,
    snapshot: null,
    cache: { rule: null, outcome: 'off', policy: null, from: null, reason: null, changes: [] },
    failure: failureOf(view, job, null),
    retry: { allowed: false, reason: 'rebuild to render the pipeline again' },
    shell: null,
    local_command: null,
    // Rendering is free of charge.
    cost: null,
    log: logOf(view, job),
    annotations: 0,
    services: [],
    runner: runnerOf(view, job),
    id_tokens: [],
    lost: job.lost > 0,
    concurrency_group: null,
  }
}

function openOf({ build }: ViewOfBuild, indexes: readonly number[]): readonly Job[] {
  return indexes.flatMap((index) => build.jobs[index] ?? []).filter(({ state }) => !isTerminal(state))
}

function runnerOf({ runners }: ViewOfBuild, { runner: id }: Job): JobView['runner'] {
  if (id === null) return null
  const { name = id, pool = null } = runners.get(id) ?? {}
  return { id, name, pool }
}

/** Returns the highest version of these jobs: a job changes with its prerequisites. */
function versionOf({ versions }: ViewOfBuild, jobs: readonly Job[]): number {
  return Math.max(...jobs.map(({ id }) => versions.get(id) ?? 0))
}

function hasNotPassed({ state, softFailed, skipReason }: Job): boolean {
  return isTerminal(state) && state !== 'passed' && !softFailed && skipReason !== 'condition'
}

function logOf({ logs }: ViewOfBuild, { id }: Job): JobView['log'] {
  const { lines, bytes, complete } = logs.get(id) ?? { lines: null, bytes: null, complete: false }
  return { lines, bytes, complete }
}

type Attempt = JobView['attempts'][number]

/** Returns the attempts of a job's step up to the job itself, oldest first. */
function presentAttempts({ attempts }: ViewOfBuild, job: Job): Attempt[] {
  const before = (attempts.get(job.step) ?? []).filter(({ attempt }) => attempt < job.attempt)
  const earlier = before.map((row, index) => presentRow(row, before[index - 1]))
  const own: Attempt = {
    number: job.attempt,
    job_id: job.id,
    cause: causeOf(job.createdAt, before.at(-1)),
    state: job.state,
    exit_code: job.exitCode,
    ...instantsOf(job),
  }
  return [...earlier, own]
}

function presentRow(row: AttemptRow, before: AttemptRow | undefined): Attempt {
  return {
    number: row.attempt,
    job_id: row.id,
    cause: causeOf(row.created_at.getTime(), before),
    state: row.state,
    exit_code: row.exit_code,
    ...instantsOf({
      scheduledAt: row.scheduled_at,
      assignedAt: row.assigned_at,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
      phases: phasesFromRow(row),
      fence: row.fence,
    }),
  }
}

/**
 * Returns why an attempt was made. The retry policy creates an attempt at the instant at which the
 * previous one ends; a person does so later.
 */
function causeOf(createdAt: number, before: AttemptRow | undefined): string {
  if (before === undefined) return 'first'
  return createdAt === before.finished_at?.getTime() ? 'policy' : 'manual'
}
