import { type Build, type Job, prerequisitesOf } from '@harmont/engine'
import type { TimedAttempt, TimedBuild } from '@harmont/timeline'

/** The render job has no step. */
const renderKey = ''

/** Describes a build for `criticalPath`. `jobs` holds every attempt at every step. */
export function timedBuild(build: Build, jobs: readonly Job[], approvedAt: Date | null): TimedBuild {
  const ends = new Map(jobs.map(({ id, finishedAt }) => [id, finishedAt]))
  return {
    from: build.createdAt,
    approvedAt: approvedAt?.getTime() ?? null,
    hasGroup: build.group !== null,
    attempts: jobs.map((job) => timedAttempt(build, job, ends)),
  }
}

function timedAttempt({ steps }: Build, job: Job, ends: ReadonlyMap<string, number | null>): TimedAttempt {
  const step = job.step === null ? undefined : steps[job.step]
  // The step's retry policy creates an attempt at the instant at which the previous one ends.
  const isByPolicy = job.previousAttempt !== null && ends.get(job.previousAttempt) === job.createdAt
  return {
    id: job.id,
    step: step?.key ?? renderKey,
    attempt: job.attempt,
    after: job.step === null ? [] : stepsBefore(steps, job.step).flatMap((slot) => steps[slot]?.key ?? []),
    isRender: step === undefined,
    hasPassed: job.state === 'passed',
    isLost: job.lost > 0,
    isInGroup: step?.concurrency !== undefined,
    readyAt: job.scheduledAt,
    delayMs: isByPolicy ? (step?.retry?.delaySeconds ?? 0) * 1000 : 0,
    assignedAt: job.assignedAt,
    startedAt: job.startedAt,
    finishedAt: job.finishedAt,
    phases: job.phases.filter(({ fence }) => fence === job.fence),
  }
}

/** An appended step exists only once its generator has ended, whatever else it waits for. */
function stepsBefore(steps: Build['steps'], slot: number): readonly number[] {
  const generator = steps[slot]?.appendedBy?.step
  return generator === undefined ? prerequisitesOf(steps, slot) : [generator, ...prerequisitesOf(steps, slot)]
}
