import type { Job, JobErrorCode, JobPhase, JobState, Step } from '../core/model.ts'
import { instant, storable, time } from './values.ts'

export interface JobRow {
  id: string
  step: number | null
  attempt: number
  previous_attempt: string | null
  state: JobState
  fence: number
  lease_id: string | null
  runner: string | null
  lost: number
  not_before: Date | null
  created_at: Date
  scheduled_at: Date | null
  assigned_at: Date | null
  started_at: Date | null
  finished_at: Date | null
  deadline_at: Date | null
  kill_by: Date | null
  exit_code: number | null
  error_code: JobErrorCode | null
  error_message: string | null
  skip_reason: Job['skipReason']
  soft_failed: boolean
  cached: boolean
  substituted_image: string | null
  snapshot: string | null
  /** null: none. */
  services: Job['services'] | null
  service_snapshots: Job['serviceSnapshots'] | null
  /** null: none. */
  phases: readonly PhaseRecord[] | null
}

/** A compact phase: fence, name, begin and end. */
type PhaseRecord = readonly [number, JobPhase['name'], number, number]

export const jobColumns = `id, step, attempt, previous_attempt, state, fence, runner, lost, not_before, created_at, scheduled_at, assigned_at, started_at, finished_at,
  deadline_at, kill_by, exit_code, error_code, error_message, skip_reason, soft_failed, cached, snapshot, substituted_image,
  services, service_snapshots, lease_id, phases`

export function jobFromRow(row: JobRow): Job {
  return {
    id: row.id,
    step: row.step,
    attempt: row.attempt,
    previousAttempt: row.previous_attempt,
    state: row.state,
    fence: row.fence,
    leaseId: row.lease_id,
    runner: row.runner,
    lost: row.lost,
    notBefore: instant(row.not_before),
    createdAt: row.created_at.getTime(),
    scheduledAt: instant(row.scheduled_at),
    assignedAt: instant(row.assigned_at),
    startedAt: instant(row.started_at),
    finishedAt: instant(row.finished_at),
    deadlineAt: instant(row.deadline_at),
    killBy: instant(row.kill_by),
    exitCode: row.exit_code,
    errorCode: row.error_code,
    errorMessage: row.error_message,
    skipReason: row.skip_reason,
    softFailed: row.soft_failed,
    cached: row.cached,
    substitutedImage: row.substituted_image,
    snapshot: row.snapshot,
    services: row.services ?? [],
    serviceSnapshots: row.service_snapshots ?? {},
    phases: phasesFromRow(row),
  }
}

/** Returns the phases of a job from this column alone. */
export function phasesFromRow({ phases }: Pick<JobRow, 'phases'>): readonly JobPhase[] {
  return (phases ?? []).map(([fence, name, from, to]) => ({ fence, name, from, to }))
}

/**
 * Returns the changeable fields of a job, for `json_to_recordset`. Absent fields are null: most are
 * absent, and a name without a value costs as much as one with a value on both sides.
 */
export function jobRecord(job: Job): Readonly<Record<string, unknown>> {
  const { notBefore, scheduledAt, assignedAt, startedAt, finishedAt, deadlineAt, killBy } = job
  return {
    id: job.id,
    state: job.state,
    fence: job.fence,
    lease_id: job.leaseId ?? undefined,
    runner: job.runner ?? undefined,
    lost: job.lost,
    not_before: time(notBefore) ?? undefined,
    scheduled_at: time(scheduledAt) ?? undefined,
    assigned_at: time(assignedAt) ?? undefined,
    started_at: time(startedAt) ?? undefined,
    finished_at: time(finishedAt) ?? undefined,
    deadline_at: time(deadlineAt) ?? undefined,
    kill_by: time(killBy) ?? undefined,
    exit_code: job.exitCode ?? undefined,
    error_code: job.errorCode ?? undefined,
    error_message: storable(job.errorMessage) ?? undefined,
    skip_reason: job.skipReason ?? undefined,
    soft_failed: job.softFailed,
    cached: job.cached,
    substituted_image: storable(job.substitutedImage) ?? undefined,
    snapshot: job.snapshot ?? undefined,
    services: job.services.length === 0 ? undefined : job.services,
    service_snapshots: Object.keys(job.serviceSnapshots).length === 0 ? undefined : job.serviceSnapshots,
    phases:
      job.phases.length === 0 ? undefined : job.phases.map(({ fence, name, from, to }) => [fence, name, from, to]),
  }
}

/** Returns all fields of a new job. */
export function newJobRecord(job: Job, steps: readonly Step[]): Readonly<Record<string, unknown>> {
  const { step, attempt, previousAttempt, createdAt } = job
  const planned = step === null ? undefined : steps[step]
  return {
    ...jobRecord(job),
    step: step ?? undefined,
    builds_in: planned?.buildsIn ?? undefined,
    inputs_from: planned?.inputs?.map(({ from }) => from),
    appends: planned?.append === undefined ? undefined : true,
    attempt,
    previous_attempt: previousAttempt ?? undefined,
    created_at: time(createdAt),
  }
}
