import type { components } from '@harmont/contract'
import { type Build, type Job, namedPrerequisites, type Step } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant, formatOptionalInstant } from '../../platform/input/instant.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import { ascending } from './order-steps.ts'
import { presentServices } from './present-services.ts'
import { readWaits, type Waits, waitReason } from './read-waits.ts'

type JobBody = Complete<components['schemas']['Job']>

/**
 * Returns the job of a step as members of its organization see it. Its dependencies are the newest
 * attempts of its prerequisites. `waits` contains the waits of the shown jobs. `at` is the time of
 * the whole answer: the clock is a kernel file, and reading it for each job would cost too much.
 */
export function presentJobOf(build: Build, job: Job, waits: Waits, at: number): JobBody {
  const step = job.step === null ? undefined : build.steps[job.step]
  if (step === undefined) throw new Error(`the job ${job.id} has no step`)
  return {
    id: job.id,
    state: job.state,
    step_key: step.key,
    name: step.name,
    command: step.command,
    depends_on: ascending(namedPrerequisites(step)).flatMap((from) => build.jobs[from]?.id ?? []),
    appended_by: step.appendedBy?.job ?? null,
    after_appended: (step.afterAppended ?? []).flatMap((from) => build.jobs[from]?.id ?? []),
    attempt: job.attempt,
    previous_attempt_id: job.previousAttempt,
    wait_reason: waitReason(build, job, waits, at),
    skip_reason: job.skipReason,
    cached: job.cached,
    substituted_image: job.substitutedImage,
    exit_code: job.exitCode,
    error_code: job.errorCode,
    error_message: job.errorMessage,
    soft_failed: job.softFailed,
    soft_fail_policy: softFailPolicy(step),
    retry_policy: retryPolicy(step),
    created_at: formatInstant(job.createdAt),
    ...instantsOf(job),
    services: presentServices(build, job),
  }
}

type Instants = 'scheduled_at' | 'assigned_at' | 'started_at' | 'finished_at' | 'phases'

/** Returns when a job waited, was worked on and ended, with the phases of its newest lease. */
export function instantsOf(
  job: {
    readonly [at in 'scheduledAt' | 'assignedAt' | 'startedAt' | 'finishedAt']: Date | number | null
  } & Pick<Job, 'phases' | 'fence'>,
): Pick<JobBody, Instants> {
  const own = job.phases.filter(({ fence }) => fence === job.fence)
  return {
    scheduled_at: formatOptionalInstant(job.scheduledAt),
    assigned_at: formatOptionalInstant(job.assignedAt),
    started_at: formatOptionalInstant(job.startedAt),
    finished_at: formatOptionalInstant(job.finishedAt),
    phases: own.map(({ name, from, to }) => ({ name, started_at: formatInstant(from), ms: to - from })),
  }
}

function softFailPolicy({ softFail }: Step): JobBody['soft_fail_policy'] {
  if (softFail === null) return null
  return { exit_codes: softFail === true ? '*' : [...softFail] }
}

/** Returns the object as it is in the IR. */
function retryPolicy({ retry }: Step): JobBody['retry_policy'] {
  if (retry === null) return null
  const { limit, delaySeconds, exitCodes, signals, reasons } = retry
  return {
    limit,
    delay_seconds: delaySeconds,
    ...(exitCodes === undefined ? {} : { exit_codes: exitCodes }),
    ...(signals === undefined ? {} : { signals }),
    ...(reasons === undefined ? {} : { reasons }),
  }
}

/** Returns these jobs of a build, each with the reason for its wait. */
export async function presentJobsOf(engine: BuildEngine, build: Build, jobs: readonly Job[]): Promise<JobBody[]> {
  const waits = await readWaits(engine, build, jobs)
  const at = now()
  return jobs.map((job) => presentJobOf(build, job, waits, at))
}
